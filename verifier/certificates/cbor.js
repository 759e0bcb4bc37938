// CBOR as certificates need it: plain values, read within bounds, exactly as cbor.py reads them. Source: RFC 8949.
import { decodeUtf8, toHex } from "./bytes.js";
import { Unreadable } from "./stages.js";

export const DEPTH = 16; // nested containers and tags; a certificate has seven

// Tags that stand before dates of a few early issuers are looked through; others that ask to be acted on are refused.
const SEEN_THROUGH = new Set([0, 1]);
const SPANS = [[2, 5], [21, 40], [52, 52], [54, 54], [64, 87], [100, 100], [256, 258], [260, 261], [1004, 1004], [1040, 1040], [43000, 43000], [55799, 55799]];

/** A number that was written as a fraction, though its value may be whole. */
export class Float {
  constructor(value) {
    this.value = value;
  }
}

/** A value behind a tag that is left as it is. */
export class Tag {
  constructor(number, value) {
    this.number = number;
    this.value = value;
  }
}

/** A simple value without a meaning, or "undefined". */
export class Simple {
  constructor(number) {
    this.number = number;
  }
}

/** A map; equal keys are those that Python takes for equal: 1, 1.0 and true are one key. */
export class CborMap {
  constructor() {
    this.entries = new Map();
  }

  get(label) {
    return this.entries.get(nameKey(label))?.[1] ?? null;
  }

  has(label) {
    return this.entries.has(nameKey(label));
  }
}

const BREAK = Symbol("break");

/**
 * Read one value that fills `bytes`; throws Unreadable with `code` where it is none.
 *
 * Refused are equal keys of a map, more than DEPTH levels, tags that would be acted on, and bytes behind the value. Maps
 * and texts whose length is not told are read. Not checked: what the values mean, and whether numbers are finite.
 */
export function readCbor(bytes, { code }) {
  const reader = new Reader(bytes);
  try {
    const value = reader.read(DEPTH);
    if (value !== BREAK && reader.at === bytes.length) return value;
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  }
  throw new Unreadable(code);
}

/** Tell whether a value can be said in JSON: no bytes, tags, simple values, endless numbers, or keys but text. */
export function isPlain(value) {
  if (value instanceof CborMap) return [...value.entries.values()].every(([key, inner]) => typeof key === "string" && isPlain(inner));
  if (Array.isArray(value)) return value.every(isPlain);
  if (value instanceof Float) return Number.isFinite(value.value);
  return value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
}

/** Give a value as JSON has it: bytes in hexadecimal, and null for what has no name there. */
export function makePlain(value) {
  if (value instanceof CborMap) {
    const made = Object.create(null);
    for (const [key, inner] of value.entries.values()) made[nameJson(key)] = makePlain(inner);
    return made;
  }
  if (Array.isArray(value)) return value.map(makePlain);
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Tag) return makePlain(value.value);
  if (value instanceof Float) return Number.isFinite(value.value) ? value.value : null;
  return value instanceof Simple ? null : typeof value === "bigint" ? Number(value) : value;
}

function nameJson(key) {
  if (typeof key === "string") return key;
  const plain = makePlain(key);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  read(depth) {
    const first = this.view.getUint8(this.at++);
    const kind = first >> 5;
    const info = first & 31;
    if (kind === 7) return this.readSimple(info);
    if (info > 27 && info < 31) throw new TypeError();
    const length = info === 31 ? null : this.readNumber(info);
    if (kind > 3 && depth === 0) throw new RangeError();
    switch (kind) {
      case 0:
        return shorten(need(length));
      case 1:
        return shorten(-1n - need(length));
      case 2:
        return length === null ? this.joinChunks(2) : this.readBytes(length);
      case 3:
        return length === null ? this.joinChunks(3) : decodeUtf8(this.readBytes(length));
      case 4:
        return this.readList(length, depth - 1);
      case 5:
        return this.readMap(length, depth - 1);
      default:
        return this.readTag(need(length), depth - 1);
    }
  }

  readNumber(info) {
    if (info < 24) return BigInt(info);
    const size = 1 << (info - 24);
    let value = 0n;
    for (let done = 0; done < size; done += 1) value = (value << 8n) | BigInt(this.view.getUint8(this.at++));
    return value;
  }

  readBytes(length) {
    if (length > BigInt(this.bytes.length - this.at)) throw new RangeError();
    const begin = this.at;
    this.at += Number(length);
    return this.bytes.subarray(begin, this.at);
  }

  joinChunks(kind) {
    const chunks = [];
    for (;;) {
      const first = this.view.getUint8(this.at++);
      if (first === 0xff) break;
      if (first >> 5 !== kind || (first & 31) > 27) throw new TypeError();
      const chunk = this.readBytes(this.readNumber(first & 31));
      chunks.push(kind === 3 ? decodeUtf8(chunk) : chunk);
    }
    return kind === 3 ? chunks.join("") : Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
  }

  readList(length, depth) {
    const list = [];
    for (let left = length; left === null || left > 0n; left = left === null ? null : left - 1n) {
      const value = this.read(depth);
      if (value === BREAK && left === null) break;
      list.push(check(value));
    }
    return list;
  }

  readMap(length, depth) {
    const map = new CborMap();
    for (let left = length; left === null || left > 0n; left = left === null ? null : left - 1n) {
      const key = this.read(depth);
      if (key === BREAK && left === null) break;
      const name = nameKey(check(key));
      if (map.entries.has(name)) throw new TypeError();
      map.entries.set(name, [key, check(this.read(depth))]);
    }
    return map;
  }

  readTag(number, depth) {
    if (SPANS.some(([first, last]) => number >= first && number <= last)) throw new TypeError();
    const value = check(this.read(depth));
    return SEEN_THROUGH.has(Number(number)) ? value : new Tag(Number(number), value);
  }

  readSimple(info) {
    if (info < 20) return new Simple(info);
    if (info < 22) return info === 21;
    if (info === 22) return null;
    if (info === 23) return new Simple(23);
    if (info === 24) return this.readLongSimple();
    if (info === 31) return BREAK;
    if (info > 27) throw new TypeError();
    const at = this.at;
    this.at += 1 << (info - 24);
    if (info === 25) return new Float(readHalf(this.view.getUint16(at)));
    return new Float(info === 26 ? this.view.getFloat32(at) : this.view.getFloat64(at));
  }

  readLongSimple() {
    const number = this.view.getUint8(this.at++);
    if (number < 32) throw new TypeError();
    return new Simple(number);
  }
}

function check(value) {
  if (value === BREAK) throw new TypeError();
  return value;
}

function need(length) {
  if (length === null) throw new TypeError();
  return length;
}

const shorten = (value) => (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value);

function readHalf(bits) {
  const exponent = (bits >> 10) & 31;
  const part = bits & 1023;
  const size = exponent === 0 ? part * 2 ** -24 : exponent < 31 ? (1024 + part) * 2 ** (exponent - 25) : part ? NaN : Infinity;
  return bits & 0x8000 ? -size : size;
}

let strangers = 0; // what is no number equals nothing, not even itself

function nameKey(key) {
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "number" || typeof key === "bigint") return `n${key}`;
  if (typeof key === "boolean") return `n${Number(key)}`;
  if (key === null) return "null";
  if (key instanceof Uint8Array) return `b${toHex(key)}`;
  if (key instanceof Float) return nameFloat(key.value);
  if (key instanceof Simple) return key.number === 23 ? "undefined" : `n${key.number}`;
  if (key instanceof Tag) return `t${key.number}(${nameKey(key.value)})`;
  if (Array.isArray(key)) return `l(${key.map((inner) => JSON.stringify(nameKey(inner))).join()})`;
  const pairs = [...key.entries].map(([name, [, inner]]) => `${JSON.stringify(name)}:${JSON.stringify(nameKey(inner))}`);
  return `m(${pairs.sort().join()})`;
}

function nameFloat(value) {
  if (Number.isNaN(value)) return `nan${(strangers += 1)}`;
  return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
}
