// The claims of a certificate in HC1: who says it, from when to when, and the health certificate itself.
// Source: RFC 8392 (CWT), HCERT 1.1.1, 3.3.
import { CborMap, Float, isPlain, makePlain, readCbor } from "./cbor.js";
import { readCose } from "./cose.js";
import { checkDataSet, findDataSet, findIdentifier, findPeriod } from "./ddcc.js";
import { readHc1 } from "./hc1.js";
import { checkPayload } from "./schema.js";
import { hasTurning, isMap, LATEST, Unreadable } from "./stages.js";

const ISS = 1;
const EXP = 4;
const NBF = 5;
const IAT = 6;
const HCERT = -260;
const DCC = 1; // inside HCERT: the EU's schema
const KINDS = { v: "vaccination", t: "test", r: "recovery" };

/**
 * Read a text that begins with HC1; throws Unreadable where nobody could check its signature.
 *
 * 1 HC1 and COSE are whole
 * 2 the claims are a map
 * 3 the times are numbers of our calendar, no endless ones; `iss` is text or missing
 * 4 there is one health certificate, the EU's or one of WHO's, of plain values
 * 5 the EU's is of its schema, which allows one entry of one kind
 * 6 no sign in it turns the direction of writing.
 * What 4 to 6 find is said beside the certificate: its signature is checked all the same.
 */
export function readHealthCertificate(text) {
  const { payload: signed, ...message } = readCose(readHc1(text)); // 1
  const claims = readCbor(signed, { code: "cert_claims" });
  if (!(claims instanceof CborMap)) throw new Unreadable("cert_claims"); // 2
  const [issued, begins, expires] = [IAT, NBF, EXP].map((label) => readTime(claims.get(label))); // 3
  const issuer = claims.get(ISS);
  if (!(issuer === null || typeof issuer === "string")) throw new Unreadable("cert_claims");
  const hcert = claims.get(HCERT); // 4
  if (!(hcert instanceof CborMap)) throw new Unreadable("cert_claims");
  const told = hcert.has(DCC) ? readDcc(hcert.get(DCC)) : readDdcc(hcert);
  return {
    begins: null,
    ...told,
    ...message,
    issuer,
    issued,
    begins: Math.max(begins ?? 0, told.begins ?? 0),
    expires: told.expires == null || expires === null ? expires : Math.min(expires, told.expires),
  };
}

function readTime(value) {
  if (value === null) return null;
  const number = value instanceof Float ? value.value : value;
  if (typeof number !== "number" || !(number >= 0 && number < LATEST)) throw new Unreadable("cert_times");
  return number;
}

function readDcc(found) {
  if (!(found instanceof CborMap)) throw new Unreadable("cert_claims");
  const payload = makePlain(found);
  if (!isPlain(found)) return { family: "dcc", kind: "", payload, uvci: "", code: "cert_schema" };
  const kind = findKind(payload);
  return { family: "dcc", kind, payload, uvci: findUvci(payload, kind), code: findFault(payload) }; // 5, 6
}

function readDdcc(hcert) {
  const found = findDataSet(hcert);
  if (!found) throw new Unreadable("cert_claims");
  const payload = makePlain(found.entry);
  const code = isPlain(found.entry) ? checkDataSet(payload, found.kind) : "cert_schema";
  return { family: "ddcc", kind: found.kind, payload, uvci: findIdentifier(payload), code, ...findPeriod(payload) };
}

/** Give the kind of the only list that has entries; "" where it is none or more. */
function findKind(payload) {
  const kinds = Object.keys(KINDS).filter((letter) => isFull(payload[letter]));
  return kinds.length === 1 ? KINDS[kinds[0]] : "";
}

function isFull(value) {
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function findFault(payload) {
  if (hasTurning(payload)) return "cert_name_marks";
  return checkPayload(payload)[0]?.code ?? null;
}

function findUvci(payload, kind) {
  for (const [letter, name] of Object.entries(KINDS)) {
    const entry = Array.isArray(payload[letter]) ? payload[letter][0] : null;
    if (name === kind && isMap(entry)) return typeof entry.ci === "string" ? entry.ci : "";
  }
  return "";
}
