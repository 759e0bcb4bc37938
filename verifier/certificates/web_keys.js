// Keys as the web writes them: in a JWKS, and in the methods of a DID document. Source: RFC 7517, RFC 7638, DID Core.
import { decodeAnyBase64, decodeText, encodeUtf8, joinBytes, NoCoding } from "./bytes.js";
import { DATA } from "./data.js";
import { importPoint, importRsa, makeKid, readCertificate, trimZeros } from "./keys.js";

const KID_BYTES_MOST = 64; // 8 in the EU, 32 of a SMART Health Card; some JWKS call a key what they like
const NUMBER_LETTERS = 1_400; // of a modulus with 8,192 bits
const HALF = 32; // bytes of a coordinate
const KID = /^[A-Za-z0-9+/_-]+={0,2}$/;
const COUNTRY = /:([A-Z]{2,3})(?=:|#|$)/g; // in a DID of the GDHCN: did:web:HOST:v2:trustlist:DCC:BEL:DSC
const MEMBERS = { EC: ["crv", "kty", "x", "y"], RSA: ["e", "kty", "n"] };

/** Read a JWK: its certificate where it has one, since about half of the GDHCN's coordinates are written wrong. */
export async function readWebKey(key, { country = "" } = {}) {
  const first = Array.isArray(key.x5c) && key.x5c.length ? key.x5c[0] : key.x5c;
  const kid = key.kid ? readKid(key.kid) : null;
  if (typeof first === "string" && first) return readCertificate(decodeAnyBase64(first.split(/\s+/).join("")), { kid });
  const made = await readNumbers(key);
  return { kid: kid ?? (await makeThumbprint(key)), ...made, country, notBefore: null, notAfter: null, usages: new Set() };
}

/** Read a verification method of a DID document: its kid is the fragment of its id. */
export async function readMethod(method) {
  const [, ...behind] = method.id.split("#");
  const kid = unquote(behind.join("#")) || method.publicKeyJwk.kid;
  const places = [...`${method.controller ?? ""}:${method.id}`.matchAll(COUNTRY)].map(([, code]) => DATA.countryCodes[code]);
  return readWebKey({ ...method.publicKeyJwk, kid }, { country: places.find(Boolean) ?? "" });
}

/** Give the bytes of a kid that is written as text: base64 of either alphabet, else the text itself; throws NoCoding. */
export function readKid(text) {
  if (typeof text !== "string") throw new NoCoding();
  const coded = KID.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
  const kid = coded ? decodeAnyBase64(text) : encodeUtf8(text);
  if (kid.length > KID_BYTES_MOST) throw new NoCoding();
  return kid;
}

function unquote(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Give what stands in for a kid where a key has none: the beginning of the hash of its members. */
function makeThumbprint(key) {
  const members = MEMBERS[key.kty].map((name) => `"${name}":"${key[name]}"`);
  return makeKid(encodeUtf8(`{${members.join()}}`));
}

/** Read the numbers of a JWK; zeros before a number are no fault here. */
async function readNumbers(key) {
  if (key.kty === "EC" && key.crv === "P-256") return importPoint(joinBytes(Uint8Array.of(4), readHalf(key.x), readHalf(key.y)));
  if (key.kty === "RSA") return importRsa(readNumber(key.n), readNumber(key.e));
  throw new NoCoding();
}

function readHalf(text) {
  const short = readNumber(text);
  if (short.length > HALF) throw new NoCoding();
  return joinBytes(new Uint8Array(HALF - short.length), short);
}

function readNumber(text) {
  if (typeof text !== "string" || text.length > NUMBER_LETTERS) throw new NoCoding();
  return trimZeros(decodeText(text.replace(/=+$/, "")));
}
