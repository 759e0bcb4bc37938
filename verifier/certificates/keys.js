// A signing certificate as we understand it: key id, key, country, validity, and what it may sign.
//
// Read more leniently than X.509 asks: real signing certificates have negative serial numbers, empty usages and defaults
// that are written out. What is trusted is the list that a certificate stands on, not its form.
import { encodeText, hashBytes, joinBytes } from "./bytes.js";
import { NoDer, openSequence, readObject, readValues, SEQUENCE } from "./der.js";

export const KID_BYTES = 8; // of the hash of the certificate. Source: HCERT 1.1.1, 3.3.2
const CERTIFICATE_BYTES = 16 << 10; // real ones have 300 to 2,100 bytes
const RSA_BITS = [1024, 8192]; // three issuers of the EU signed with 1024; beyond 8192 one check takes too long
const SAFE_RSA_BITS = 2048;

const COUNTRY = "2.5.4.6";
const USAGE = "2.5.29.37";
const EC_KEY = "1.2.840.10045.2.1";
const P256 = "1.2.840.10045.3.1.7";
const RSA_KEYS = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"];
const GENERALIZED_TIME = 0x18;
const REST = "(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)?(?:\\.\\d+)?(?:Z|([+-])(\\d\\d)(\\d\\d))?$"; // of a time, behind its year
const TIMES = new Map([[0x17, new RegExp(`^(\\d\\d)${REST}`)], [GENERALIZED_TIME, new RegExp(`^(\\d{4})${REST}`)]]);
const PRIME = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n; // of P-256
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

// Extended key usages of health certificates, and their twins of the first weeks. Source: EU DCC certificate governance.
const USAGES = new Map(
  ["1847", "0.1847"].flatMap((arc) =>
    ["test", "vaccination", "recovery"].map((kind, place) => [`1.3.6.1.4.1.${arc}.2021.1.${place + 1}`, kind]),
  ),
);

/** These bytes are no certificate, or one with a key that no health certificate is signed with. */
export class CertificateUnusable extends Error {}

/** Give the key id of a certificate in DER. */
export const makeKid = async (der) => (await hashBytes(der)).subarray(0, KID_BYTES);

/**
 * Read a signing certificate; `kid` is what its list calls it, by default the one that follows from its bytes.
 *
 * Throws CertificateUnusable. Usages other than the three of health say nothing: such a certificate may sign any kind.
 * Not checked: who signed it, and whether its time has come or gone.
 */
export async function readCertificate(der, { kid = null } = {}) {
  if (der.length > CERTIFICATE_BYTES) throw new CertificateUnusable();
  try {
    const parts = readValues(openSequence(der)[0].content);
    if (parts[0].tag === 0xa0) parts.shift(); // the version
    const [, , issuer, validity, subject, spki, ...rest] = parts;
    const key = await readPublicKey(spki.whole);
    const [notBefore, notAfter] = readValues(validity.content).map(readTime);
    if (notAfter === undefined) throw new NoDer();
    return {
      kid: kid ?? (await makeKid(der)),
      ...key,
      country: findCountry(subject) || findCountry(issuer),
      notBefore,
      notAfter,
      usages: findUsages(rest.find((part) => part.tag === 0xa3)),
    };
  } catch (error) {
    if (error instanceof NoDer || error instanceof TypeError) throw new CertificateUnusable();
    throw error;
  }
}

/** Read the key of a certificate: P-256 or RSA. Throws CertificateUnusable for any other. */
export async function readPublicKey(spki) {
  const [algorithm, bits] = openSequence(spki);
  const [named, parameters] = readValues(algorithm.content);
  const point = bits.content.subarray(1); // behind the number of unused bits
  const name = readObject(named);
  if (name === EC_KEY && readObject(parameters) === P256) return importPoint(point);
  if (!RSA_KEYS.includes(name)) throw new CertificateUnusable();
  const [modulus, exponent] = openSequence(point).map((number) => trimZeros(number.content));
  return importRsa(modulus, exponent);
}

/** Give the key of a point of P-256, written whole or by one coordinate; throws CertificateUnusable. */
export async function importPoint(point) {
  const whole = point[0] === 4 ? point : unpackPoint(point);
  try {
    const key = await crypto.subtle.importKey("raw", whole, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    return { key, algorithm: "ES256", point: whole, weak: false };
  } catch {
    throw new CertificateUnusable();
  }
}

/** Give the key of modulus and exponent; throws CertificateUnusable. */
export async function importRsa(modulus, exponent) {
  const bits = modulus.length * 8 - Math.clz32(modulus[0]) + 24;
  if (!modulus.length || bits < RSA_BITS[0] || bits > RSA_BITS[1]) throw new CertificateUnusable();
  const jwk = { kty: "RSA", n: encodeText(modulus), e: encodeText(exponent), alg: "PS256" };
  try {
    const key = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-256" }, true, ["verify"]);
    return { key, algorithm: "PS256", point: null, weak: bits < SAFE_RSA_BITS };
  } catch {
    throw new CertificateUnusable();
  }
}

/**
 * Tell whether a key has signed these bytes: the key says which algorithm may be meant, never the text alone.
 *
 * The signature of ES256 is r and s, 32 bytes each, neither of them 0; that of PS256 has a salt as long as its hash.
 */
export async function isSignedPart(part, signature, { key, algorithm }) {
  if (key.algorithm !== algorithm || (algorithm === "ES256" && signature.length !== 64)) return false;
  const means = algorithm === "ES256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "RSA-PSS", saltLength: 32 };
  return crypto.subtle.verify(means, key.key, signature, part);
}

export function trimZeros(bytes) {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : bytes.subarray(first);
}

/** Give a point that is written by x and the sign of y. */
function unpackPoint(point) {
  if (point.length !== 33 || (point[0] !== 2 && point[0] !== 3)) throw new CertificateUnusable();
  const x = toNumber(point.subarray(1));
  const root = power((x ** 3n - 3n * x + B) % PRIME, (PRIME + 1n) / 4n);
  const y = Number(root & 1n) === point[0] - 2 ? root : PRIME - root;
  return joinBytes(Uint8Array.of(4), point.subarray(1), toBytes(y));
}

const toNumber = (bytes) => bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
const toBytes = (number) => Uint8Array.from(number.toString(16).padStart(64, "0").match(/../g), (pair) => parseInt(pair, 16));

function power(base, exponent) {
  let [found, square] = [1n, ((base % PRIME) + PRIME) % PRIME];
  for (let left = exponent; left; left >>= 1n) {
    if (left & 1n) found = (found * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return found;
}

/** Give the moment of a UTCTime or GeneralizedTime, in milliseconds since 1970. */
function readTime({ tag, content }) {
  const parts = TIMES.get(tag)?.exec(String.fromCharCode(...content));
  if (!parts) throw new NoDer();
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const century = tag === GENERALIZED_TIME ? 0 : year < 50 ? 2000 : 1900;
  const offset = parts[7] ? (parts[7] === "-" ? -1 : 1) * (Number(parts[8]) * 60 + Number(parts[9])) : 0;
  return Date.UTC(century + year, month - 1, day, hour, minute, second) - offset * 60_000;
}

function findCountry(name) {
  for (const set of readValues(name.content)) {
    for (const pair of readValues(set.content)) {
      const [named, value] = readValues(pair.content);
      const text = readObject(named) === COUNTRY ? new TextDecoder().decode(value.content).trim() : "";
      if (text) return text.toUpperCase();
    }
  }
  return "";
}

/** Give the kinds that a certificate may sign, empty where it says nothing of health. */
function findUsages(extensions) {
  const found = new Set();
  for (const extension of extensions ? openSequence(extensions.content) : []) {
    const parts = readValues(extension.content);
    if (readObject(parts[0]) === USAGE) addUsages(parts.at(-1).content, found);
  }
  return found;
}

function addUsages(content, found) {
  try {
    const named = openSequence(content, SEQUENCE).map((value) => USAGES.get(readObject(value)));
    for (const kind of named) if (kind) found.add(kind);
  } catch (error) {
    if (!(error instanceof NoDer)) throw error; // an extension that cannot be read restricts nothing
  }
}
