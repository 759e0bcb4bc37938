// HC1: the text of a health certificate in a QR code: prefix, Base45, zlib, COSE. Source: HCERT 1.1.1, 4.
import { readBase45 } from "./base45.js";
import { Broken, inflateZlib, TooLarge } from "./inflate.js";
import { Unreadable } from "./stages.js";

export const PREFIX = "HC1:";
const INFLATED_BYTES = 12 << 10; // a certificate has some 400, and a QR code holds 2,864; more is a bomb
const BLOCK = 2; // where the first block begins; three bits say its kind, and where it is stored five are of no use
const [KIND, STORED] = [0b111, 0b001];
const BLANKS = /^[ \t\r\n\0]+|[ \t\r\n\0]+$/g; // what scanners leave around a text; a text of Base45 never ends in one

/**
 * Give the signed message of a text; throws Unreadable.
 *
 * 1 it begins with HC1: and nothing else
 * 2 the rest is Base45; blanks around it are the scanner's
 * 3 that is one whole zlib stream of at most INFLATED_BYTES, with nothing behind it, and in a stored block no idle bit set.
 */
export function readHc1(text) {
  const bare = text.replace(BLANKS, "");
  if (!bare.startsWith(PREFIX)) throw new Unreadable("cert_family_unknown"); // 1
  const packed = readBase45(bare.slice(PREFIX.length)); // 2
  const message = unpack(packed, inflateZlib, INFLATED_BYTES); // 3
  if ((packed[BLOCK] & KIND) === STORED && packed[BLOCK] !== STORED) throw new Unreadable("cert_compression");
  return message;
}

/** Unpack within a limit; throws Unreadable. */
export function unpack(packed, inflate, limit) {
  try {
    return inflate(packed, { limit });
  } catch (error) {
    if (error instanceof TooLarge) throw new Unreadable("cert_too_large");
    if (error instanceof Broken) throw new Unreadable("cert_compression");
    throw error;
  }
}
