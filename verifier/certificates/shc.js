// SMART Health Cards: a signed FHIR bundle as JWS, in one QR code or several.
// Source: SMART Health Cards Framework 1.4.0 (specification of JWS, health cards and QR codes), RFC 7515.
import { countSigns, decodeText, decodeUtf8, encodeUtf8, NoCoding, strip } from "./bytes.js";
import { Float } from "./cbor.js";
import { unpack } from "./hc1.js";
import { inflateRaw } from "./inflate.js";
import { readJson } from "./json.js";
import { hasTurning, isMap, LATEST, Unreadable } from "./stages.js";

const PREFIX = "shc:/";
const HEALTH_CARD = "https://smarthealth.cards#health-card";
const CHUNKS = 30; // QR codes of one card; version 1.4.0 asks for a single one
const JWS_LENGTH = 48 << 10; // letters; a single QR code holds 1,195 of them
const TEXT_LENGTH = 2 * JWS_LENGTH + 64 * CHUNKS; // two digits a letter, and what stands around a chunk
const INFLATED_BYTES = 128 << 10; // a bundle has 2 to 10 KB; more is a bomb
const FIRST = 45; // what a pair of digits counts from: the code of "-"
const RID = /^[A-Za-z0-9_-]{1,24}$/;
const LAST = 122 - FIRST; // and to "z"

const CHUNK = /^shc:\/(?:([1-9][0-9]?)\/([1-9][0-9]?)\/)?([0-9]+)$/;
const JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;
const KINDS = [["#immunization", "vaccination"], ["#laboratory", "test"]];

/** Tell whether a text begins as a SMART Health Card does: shc:/, or the header of a JWS. */
export const isCard = (text) => text.startsWith(PREFIX) || text.startsWith("eyJ");

/**
 * Read a card: a JWS, one chunk, or all its chunks, a line each, in any order. Throws Unreadable.
 *
 * 1 all chunks are there, each once
 * 2 it is a JWS of three parts of base64url, packed, signed with ES256, with nothing critical
 * 3 it unpacks to at most INFLATED_BYTES of JSON in which each name stands once
 * 4 it has an issuer with an address and the moment from which it counts
 * 5 it is a health card with a FHIR bundle of plain values, without signs that turn the direction of writing.
 * What 4 finds of types and 5 finds is said beside the card: its signature is checked all the same. Not checked: what the
 * bundle says; FHIR is read elsewhere.
 */
export function readCard(text) {
  if (countSigns(text) > TEXT_LENGTH) throw new Unreadable("cert_too_long");
  const jws = text.startsWith(PREFIX) ? join(text.split("\n")) : strip(text); // 1
  if (jws.length > JWS_LENGTH) throw new Unreadable("cert_too_long");
  if (!JWS.test(jws)) throw new Unreadable("cert_structure"); // 2
  const [headerText, packed, proof] = jws.split(".");
  const { header, said, kid, signature } = open(headerText, packed, proof); // 3
  if (!isMap(said) || header.zip !== "DEF" || "crit" in header) throw new Unreadable("cert_structure");
  const begins = readTime(said.nbf); // 4
  const expires = "exp" in said ? readTime(said.exp) : Infinity;
  if (typeof said.iss !== "string") throw new Unreadable("cert_claims");
  return {
    family: "shc",
    kind: findKind(said),
    payload: said,
    issuer: said.iss,
    kid,
    algorithm: header.alg === "ES256" ? "ES256" : "",
    part: encodeUtf8(`${headerText}.${packed}`),
    signature,
    issued: begins,
    begins,
    expires,
    uvci: findRid(said),
    code: checkCard(said), // 5
  };
}

/** Give the number and the count of a chunk; null for a whole card and for what is none. */
export function readChunk(text) {
  const chunk = CHUNK.exec(strip(text));
  return chunk && chunk[2] > 1 ? { number: Number(chunk[1]), count: Number(chunk[2]) } : null;
}

function open(headerText, packed, proof) {
  try {
    const header = readJson(decodeUtf8(decodeText(headerText)));
    const said = readJson(decodeUtf8(unpack(decodeText(packed), inflateRaw, INFLATED_BYTES)));
    return { header, said, kid: decodeText(header.kid), signature: decodeText(proof) };
  } catch (error) {
    if ([NoCoding, SyntaxError, TypeError].some((kind) => error instanceof kind)) throw new Unreadable("cert_structure");
    throw error;
  }
}

function join(lines) {
  const written = lines.map(strip).filter(Boolean);
  const chunks = written.map((line) => CHUNK.exec(line));
  if (chunks.includes(null) || chunks.length > CHUNKS) throw new Unreadable("cert_structure");
  const totals = new Set(chunks.map((chunk) => Number(chunk[2] ?? 1)));
  const digits = new Map(chunks.map((chunk) => [Number(chunk[1] ?? 1), chunk[3]]));
  if (totals.size !== 1 || digits.size !== chunks.length) throw new Unreadable("cert_structure");
  const [total] = totals;
  const numbers = [...digits.keys()].sort((a, b) => a - b);
  if (numbers.length !== total || numbers.some((number, place) => number !== place + 1)) throw new Unreadable("cert_chunk_missing");
  return numbers.map((number) => readDigits(digits.get(number))).join("");
}

function readDigits(digits) {
  if (digits.length > 2 * JWS_LENGTH) throw new Unreadable("cert_too_long");
  const pairs = digits.match(/..?/g).map(Number);
  if (digits.length % 2 || pairs.some((pair) => pair > LAST)) throw new Unreadable("cert_structure");
  return pairs.map((pair) => String.fromCharCode(FIRST + pair)).join("");
}

function readTime(value) {
  const number = value instanceof Float ? value.value : value;
  if (typeof number !== "number" || !(number >= 0 && number <= LATEST)) throw new Unreadable("cert_times");
  return number;
}

/** Give the kind that the types of a card name, "" where they name none or several. */
function findKind(said) {
  const types = listTypes(said);
  const kinds = KINDS.filter(([end]) => types.some((type) => typeof type === "string" && type.endsWith(end)));
  return kinds.length === 1 ? kinds[0][1] : "";
}

/** Give under what a card may be revoked, "" where it names nothing that a list could name. */
function findRid(said) {
  const rid = isMap(said.vc) ? said.vc.rid : null;
  return typeof rid === "string" && RID.test(rid) ? rid : "";
}

const listTypes = (said) => (isMap(said.vc) && Array.isArray(said.vc.type) ? said.vc.type : []);

function checkCard(said) {
  if (!listTypes(said).includes(HEALTH_CARD) || !said.iss.startsWith("https://") || !isFinite(said)) return "cert_schema";
  const subject = said.vc.credentialSubject;
  const bundle = isMap(subject) ? subject.fhirBundle : null;
  if (!isMap(bundle) || bundle.resourceType !== "Bundle") return "cert_schema";
  return hasTurning(said) ? "cert_name_marks" : null;
}

function isFinite(value) {
  if (Array.isArray(value)) return value.every(isFinite);
  return isMap(value) ? Object.values(value).every(isFinite) : typeof value !== "number" || Number.isFinite(value);
}
