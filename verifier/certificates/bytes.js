// Bytes as text and back, and what counts as a blank: each as the library in Python has it.

/** A text is no coding of bytes. */
export class NoCoding extends Error {}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// What Python's strip takes for a blank; a browser's trim takes others.
const BLANKS = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const LEADING = new RegExp(`^${BLANKS}`);
const TRAILING = new RegExp(`${BLANKS}$`);

export const stripLeft = (text) => text.replace(LEADING, "");
export const strip = (text) => stripLeft(text).replace(TRAILING, "");

/** Give the signs of a text, where a letter beyond the first plane is one and not two. */
export const countSigns = (text) => [...text].length;

export const encodeUtf8 = (text) => new TextEncoder().encode(text);

/** Read UTF-8; throws where it is none. */
export const decodeUtf8 = (bytes) => UTF8.decode(bytes);

/** Read base64 with its filling; throws NoCoding where it is none. */
export function decodeBase64(text) {
  if (typeof text !== "string" || text.length % 4 || !BASE64.test(text)) throw new NoCoding();
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** Read base64 of either alphabet, with or without filling; throws NoCoding where it is none. */
export function decodeAnyBase64(text) {
  if (typeof text !== "string") throw new NoCoding();
  const plain = text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  if (plain.length % 4 === 1) throw new NoCoding();
  return decodeBase64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
}

/** Read base64url without filling; throws NoCoding where it is none, or another text for the same bytes. */
export function decodeText(text) {
  if (typeof text !== "string" || /[^A-Za-z0-9_-]/.test(text)) throw new NoCoding();
  const bytes = decodeAnyBase64(text);
  if (encodeText(bytes) !== text) throw new NoCoding();
  return bytes;
}

export function encodeBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Give base64url without filling. */
export function encodeText(bytes) {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Read hexadecimal digits; throws NoCoding where they are none. */
export function fromHex(text) {
  if (typeof text !== "string" || text.length % 2 || /[^0-9a-fA-F]/.test(text)) throw new NoCoding();
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function joinBytes(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export const areEqual = (a, b) => a.length === b.length && a.every((byte, place) => byte === b[place]);

export async function hashBytes(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
