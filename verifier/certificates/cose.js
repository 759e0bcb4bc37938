// COSE_Sign1: a payload, what is said of its signature, and the signature.
// Source: RFC 9052 (structures), RFC 9053 and RFC 8230 (ES256, PS256), HCERT 1.1.1 (which of it certificates use).
import { joinBytes } from "./bytes.js";
import { CborMap, readCbor, Tag } from "./cbor.js";
import { Unreadable } from "./stages.js";

const ALG = 1; // labels of headers. Source: RFC 9052, table 3
const CRIT = 2;
const KID = 4;
const ALGORITHMS = new Map([[-7, "ES256"], [-37, "PS256"]]);
const OUTER = [18, 61]; // tags: COSE_Sign1, CWT; a message may carry both, one or none
const TAGS = 4; // that may stand before a message

const SIGN1 = Uint8Array.of(0x84, 0x6a, ...new TextEncoder().encode("Signature1"));

/** Give the bytes that a signature is over. Source: RFC 9052, 4.4. */
export function writeSignedPart(protectedHeaders, payload) {
  return joinBytes(SIGN1, writeBytes(protectedHeaders), Uint8Array.of(0x40), writeBytes(payload));
}

/**
 * Read a message; throws Unreadable where it is none.
 *
 * 1 it is one CBOR value, a COSE_Sign1 under the tags 18, 61, both or none
 * 2 it is four parts: bytes, map, bytes, bytes; a payload kept elsewhere is refused
 * 3 its protected headers are a map or nothing
 * 4 nothing is critical that we do not know, and we know no such thing
 * 5 a protected header wins over one that nobody signed; neither has to be there.
 * Not checked: the signature.
 */
export function readCose(bytes) {
  let parts = readCbor(bytes, { code: "cert_structure" }); // 1
  for (let seen = 0; seen < TAGS && parts instanceof Tag && OUTER.includes(parts.number); seen += 1) parts = parts.value;
  if (!Array.isArray(parts) || parts.length !== 4) throw new Unreadable("cert_structure"); // 2
  const [shielded, loose, payload, signature] = parts;
  if (![shielded, payload, signature].every((part) => part instanceof Uint8Array)) throw new Unreadable("cert_structure");
  const headers = shielded.length ? readCbor(shielded, { code: "cert_structure" }) : new CborMap(); // 3
  if (!(headers instanceof CborMap && loose instanceof CborMap) || headers.has(CRIT)) throw new Unreadable("cert_structure"); // 4
  const algorithm = headers.has(ALG) ? headers.get(ALG) : loose.get(ALG); // 5
  return {
    part: writeSignedPart(shielded, payload),
    payload,
    signature,
    algorithm: ALGORITHMS.get(algorithm) ?? "",
    kid: [headers.get(KID), loose.get(KID)].find((kid) => kid instanceof Uint8Array && kid.length) ?? null,
  };
}

function writeBytes(bytes) {
  const size = bytes.length;
  if (size < 24) return joinBytes(Uint8Array.of(0x40 + size), bytes);
  const head = size < 256 ? Uint8Array.of(0x58, size) : Uint8Array.of(0x59, size >> 8, size & 255);
  return joinBytes(head, bytes);
}
