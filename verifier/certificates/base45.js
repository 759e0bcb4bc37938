// Base45: three signs of a QR code's alphanumeric alphabet for two bytes. Source: RFC 9285.
import { Unreadable } from "./stages.js";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const TEXT_LENGTH = 16 << 10; // signs; a QR code holds 4,296

const VALUES = new Int8Array(128).fill(-1);
for (let place = 0; place < ALPHABET.length; place += 1) VALUES[ALPHABET.charCodeAt(place)] = place;

/**
 * Give the bytes of a Base45 text; throws Unreadable where it is none.
 *
 * Refused are signs outside the alphabet (lower case and line ends too), groups above 65,535 or 255, a single sign at
 * the end, and more than TEXT_LENGTH signs.
 */
export function readBase45(text) {
  if ([...text].length > TEXT_LENGTH) throw new Unreadable("cert_too_long");
  const rest = text.length % 3;
  if (rest === 1) throw new Unreadable("cert_base45");
  const bytes = new Uint8Array(((text.length - rest) / 3) * 2 + (rest ? 1 : 0));
  let to = 0;
  for (let at = 0; at < text.length; at += 3) {
    const whole = at + 2 < text.length;
    const value = readSign(text, at) + 45 * readSign(text, at + 1) + (whole ? 2025 * readSign(text, at + 2) : 0);
    if (value > (whole ? 0xffff : 0xff)) throw new Unreadable("cert_base45");
    if (whole) bytes[to++] = value >> 8;
    bytes[to++] = value & 0xff;
  }
  return bytes;
}

function readSign(text, at) {
  const code = text.charCodeAt(at);
  const value = code < 128 ? VALUES[code] : -1;
  if (value < 0) throw new Unreadable("cert_base45");
  return value;
}
