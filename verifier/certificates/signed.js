// Signed documents: JSON in a JWS (RFC 7515, general serialisation) with ES256, as all our lists are.
import { decodeText, decodeUtf8, encodeUtf8, hashBytes, joinBytes, NoCoding, toHex } from "./bytes.js";
import { readJson } from "./json.js";
import { CertificateUnusable, importPoint, isSignedPart, trimZeros } from "./keys.js";
import { isMap } from "./stages.js";

const FORMAT = 1;
const SIGNATURES = 8; // of one document: a root that rolls over needs two
const HALF = 32; // bytes of a coordinate

/** A list is not taken: `code` says why. */
export class ListRefused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Give the id of a key of P-256. */
export const nameKey = async (key) => toHex(await hashBytes(key.point)).slice(0, 16);

/** Read a public key of P-256 that is written as JWK; throws NoCoding or CertificateUnusable where it is none. */
export async function readJwk(said) {
  if (!isMap(said) || said.kty !== "EC" || said.crv !== "P-256") throw new NoCoding();
  return importPoint(joinBytes(Uint8Array.of(4), ...["x", "y"].map((name) => fill(decodeText(said[name])))));
}

/**
 * Read a signed document of a kind. Not checked: the signatures, see `isSignedBy`.
 *
 * Throws ListRefused if it
 * 1 is larger than `limit` bytes
 * 2 is no JWS of ours: JSON, names that stand once, base64url, ES256
 * 3 is of another kind or format.
 */
export async function readSigned(bytes, { kind, limit }) {
  if (bytes.length > limit) throw new ListRefused("list_too_large"); // 1
  const signed = await wrap(async () => {
    const outer = readJson(decodeUtf8(bytes)); // 2
    const text = decodeText(outer.payload);
    const payload = readJson(decodeUtf8(text));
    const signatures = outer.signatures.slice(0, SIGNATURES).map((one) => readSignature(one, outer.payload));
    if (!("kind" in payload && "format" in payload)) throw new NoCoding();
    return { payload, signatures, sha256: toHex(await hashBytes(text)) };
  });
  if (signed.payload.kind !== kind) throw new ListRefused("list_of_another_kind"); // 3
  if (signed.payload.format !== FORMAT) throw new ListRefused("list_format_unknown");
  return signed;
}

/** Tell whether a key has signed a document. */
export async function isSignedBy(signed, key) {
  const named = await nameKey(key);
  for (const one of signed.signatures) {
    if (one.kid === named && (await isSignedPart(one.part, one.signature, { key, algorithm: "ES256" }))) return true;
  }
  return false;
}

/** Read a moment as the lists write it, in milliseconds; throws NoCoding where it is none. */
export function readMoment(text) {
  const moment = typeof text === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(moment)) throw new NoCoding();
  return moment;
}

/** Do what reads a list; what a broken one makes it say becomes ListRefused. */
export async function wrap(read) {
  try {
    return await read();
  } catch (error) {
    const broken = [NoCoding, SyntaxError, TypeError, RangeError, CertificateUnusable].some((kind) => error instanceof kind);
    if (broken) throw new ListRefused("list_damaged");
    throw error;
  }
}

function readSignature(said, payload) {
  const header = readJson(decodeUtf8(decodeText(said.protected)));
  if (header.alg !== "ES256" || typeof header.kid !== "string") throw new NoCoding();
  return { kid: header.kid, part: encodeUtf8(`${said.protected}.${payload}`), signature: decodeText(said.signature) };
}

function fill(bytes) {
  const short = trimZeros(bytes);
  if (short.length > HALF) throw new NoCoding();
  const filled = new Uint8Array(HALF);
  filled.set(short, HALF - short.length);
  return filled;
}
