// ICAO VDS-NC: a visible digital seal as JSON, with its certificate inside.
// Source: ICAO Technical Report VDS-NC 1.4 (2021): types icao.vacc and icao.test; signed is the canonical form of `data`, RFC 8785.
import { decodeText, encodeUtf8, hashBytes, NoCoding, strip, stripLeft } from "./bytes.js";
import { Float } from "./cbor.js";
import { DATA } from "./data.js";
import { readJson } from "./json.js";
import { KID_BYTES } from "./keys.js";
import { hasTurning, isMap, Unreadable } from "./stages.js";

const TEXT_LENGTH = 16 << 10; // letters; a QR code holds 2,953 bytes
const KINDS = new Map([["icao.vacc", "vaccination"], ["icao.test", "test"]]);
const CERTIFICATE_LENGTH = 8 << 10; // letters of base64
const NAME = /^[\x20-\x7e]{1,40}$/;
const COUNTRY = /^(?:[A-Z]{3}|D)$/; // Germany is D on passports

/** Tell whether a text begins as a seal does: JSON with `data`. */
export const isSeal = (text) => stripLeft(text).startsWith("{") && text.slice(0, TEXT_LENGTH).includes('"data"');

/**
 * Read a seal; throws Unreadable where nobody could check its signature.
 *
 * 1 it is JSON in which each name stands once, of at most TEXT_LENGTH letters
 * 2 it has data with a header and a message, and a signature with its certificate
 * 3 `data` has one canonical form: plain names, no broken numbers
 * 4 the kind is one of the two of health, the issuer a code of three letters
 * 5 the message names a person and what was done, without signs that turn the direction of writing.
 * The certificate inside proves nothing: it has to be on the trust list. What 4 and 5 find is said beside the seal.
 * Not checked: further fields of the message; the seal says no times.
 */
export async function readSeal(text) {
  if ([...text].length > TEXT_LENGTH) throw new Unreadable("cert_too_long"); // 1
  const { data, seal, certificate, signature, part } = open(text);
  const { hdr: header, msg: message } = data;
  if (!isMap(header) || !isMap(message)) throw new Unreadable("cert_structure");
  const kind = KINDS.get(header.t) ?? "";
  return {
    family: "vdsnc",
    kind,
    payload: data,
    issuer: nameCountry(header.is),
    kid: (await hashBytes(certificate)).subarray(0, KID_BYTES),
    algorithm: seal.alg === "ES256" ? "ES256" : "",
    part,
    signature,
    issued: 0,
    begins: null,
    expires: Infinity,
    uvci: ["uvci", "utci"].map((name) => message[name]).find((value) => typeof value === "string") ?? "",
    code: checkSeal(kind, header.is, message), // 4, 5
  };
}

function open(text) {
  try {
    const said = readJson(strip(text), { floats: true });
    const { data, sig: seal } = said;
    if (!isMap(data) || !("hdr" in data && "msg" in data) || !isMap(seal)) throw new NoCoding(); // 2
    if (typeof seal.cer !== "string" || seal.cer.length > CERTIFICATE_LENGTH) throw new NoCoding();
    const signature = decodeText(seal.sigvl.replace(/=+$/, ""));
    return { data, seal, certificate: readDer(seal.cer), signature, part: encodeUtf8(writeCanonical(data)) }; // 3
  } catch (error) {
    if ([NoCoding, SyntaxError, TypeError].some((kind) => error instanceof kind)) throw new Unreadable("cert_structure");
    throw error;
  }
}

/** Read a certificate in base64 of either alphabet, with or without filling; throws NoCoding. */
const readDer = (text) => decodeText(text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_"));

/** Give the canonical form; throws NoCoding for fractions, names beyond ASCII, and halves of letters. */
function writeCanonical(value) {
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join()}]`;
  if (isMap(value)) {
    const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
    if (!names.every((name) => NAME.test(name))) throw new NoCoding();
    return `{${names.map((name) => `${JSON.stringify(name)}:${writeCanonical(value[name])}`).join()}}`;
  }
  if (value instanceof Float || typeof value === "bigint") throw new NoCoding();
  if (typeof value === "string" && /[\ud800-\udfff]/u.test(value)) throw new NoCoding();
  return JSON.stringify(value);
}

function checkSeal(kind, issuer, message) {
  const done = kind === "vaccination" ? message.ve : message.ser;
  const named = isMap(message.pid) && typeof message.pid.n === "string";
  if (!(kind && typeof issuer === "string" && COUNTRY.test(issuer) && named && isFull(done))) return "cert_schema";
  return hasTurning(message) ? "cert_name_marks" : null;
}

function isFull(value) {
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** Give the two-letter code of a country of a passport, the text itself where there is none. */
function nameCountry(issuer) {
  if (typeof issuer !== "string") return null;
  return issuer === "D" ? "DE" : (DATA.alpha3[issuer] ?? issuer);
}
