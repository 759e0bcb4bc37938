// Unpacking within bounds: zlib and the plain stream inside it. Source: RFC 1950, RFC 1951.
//
// The browser's own unpacker neither says how a stream is broken nor stops at a bound; here both are as in Python.

/** A stream is none, or is cut off. */
export class Broken extends Error {}

/** A stream holds more than it may; what has been read of it so far was whole. */
export class TooLarge extends Error {}

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MOST_LITERALS = 286;
const MOST_DISTANCES = 30;
const LONGEST = 15; // bits of a code
const END = 256; // the symbol that ends a block

/**
 * Give what a zlib stream holds; throws Broken where it is none or something follows it, TooLarge beyond `limit` bytes.
 *
 * 1 the header is one of zlib, without a dictionary that nobody gives
 * 2 the plain stream inside is whole
 * 3 its sum is right and nothing follows.
 */
export function inflateZlib(bytes, { limit }) {
  const [method, flags] = bytes;
  const right = (method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
  if (bytes.length < 2 || !right || flags & 32) throw new Broken(); // 1
  const stream = new Stream(bytes, 2, limit, 1 << ((method >> 4) + 8));
  const unpacked = stream.unpack(); // 2
  const at = stream.at;
  if (at + 4 !== bytes.length || new DataView(bytes.buffer, bytes.byteOffset).getUint32(at) !== sum(unpacked)) throw new Broken(); // 3
  return unpacked;
}

/** Give what a plain stream holds; throws as inflateZlib does. */
export function inflateRaw(bytes, { limit }) {
  const stream = new Stream(bytes, 0, limit, 1 << LONGEST);
  const unpacked = stream.unpack();
  if (stream.at !== bytes.length) throw new Broken();
  return unpacked;
}

function sum(bytes) {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

class Stream {
  constructor(bytes, at, limit, window) {
    Object.assign(this, { bytes, at, limit, window, bits: 0, count: 0, size: 0 });
    this.out = new Uint8Array(Math.min(limit, 4096));
  }

  unpack() {
    let last = 0;
    while (!last) {
      last = this.take(1);
      const kind = this.take(2);
      if (kind === 0) this.copyPlain();
      else if (kind === 1) this.readCodes(FIXED_LITERALS, FIXED_DISTANCES);
      else if (kind === 2) this.readCodes(...this.readTables());
      else throw new Broken();
    }
    this.at -= this.count >> 3; // whole bytes that were taken too early
    return this.out.subarray(0, this.size);
  }

  take(wanted) {
    while (this.count < wanted) {
      if (this.at >= this.bytes.length) throw new Broken();
      this.bits |= this.bytes[this.at++] << this.count;
      this.count += 8;
    }
    const value = this.bits & ((1 << wanted) - 1);
    this.bits >>>= wanted;
    this.count -= wanted;
    return value;
  }

  write(byte) {
    if (this.size >= this.limit) throw new TooLarge();
    if (this.size === this.out.length) {
      const grown = new Uint8Array(Math.min(this.limit, 2 * this.size));
      grown.set(this.out);
      this.out = grown;
    }
    this.out[this.size++] = byte;
  }

  copyPlain() {
    this.take(this.count & 7);
    const length = this.take(16);
    if (length !== (this.take(16) ^ 0xffff)) throw new Broken();
    for (let done = 0; done < length; done += 1) this.write(this.take(8));
  }

  readCodes(literals, distances) {
    for (;;) {
      const symbol = this.readSymbol(literals);
      if (symbol < END) this.write(symbol);
      else if (symbol === END) return;
      else this.repeat(symbol - END - 1, distances);
    }
  }

  repeat(place, distances) {
    if (place >= LENGTHS.length) throw new Broken();
    const length = LENGTHS[place] + this.take(LENGTH_BITS[place]);
    const symbol = this.readSymbol(distances);
    if (symbol >= MOST_DISTANCES) throw new Broken();
    const extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
    const distance = (symbol < 4 ? symbol : (2 + (symbol & 1)) << extra) + 1 + this.take(extra);
    if (distance > this.size || distance > this.window) throw new Broken();
    for (let done = 0; done < length; done += 1) this.write(this.out[this.size - distance]);
  }

  readSymbol({ counts, symbols }) {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST; length += 1) {
      code |= this.take(1);
      const here = counts[length];
      if (code - here < first) return symbols[index + (code - first)];
      index += here;
      first = (first + here) << 1;
      code <<= 1;
    }
    throw new Broken();
  }

  readTables() {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const given = this.take(4) + 4;
    if (literals > MOST_LITERALS || distances > MOST_DISTANCES) throw new Broken();
    const meta = new Uint8Array(19);
    for (let place = 0; place < given; place += 1) meta[ORDER[place]] = this.take(3);
    const lengths = this.readLengths(buildTable(meta, { single: false }), literals + distances);
    if (!lengths[END]) throw new Broken();
    return [buildTable(lengths.subarray(0, literals)), buildTable(lengths.subarray(literals))];
  }

  readLengths(table, wanted) {
    const lengths = new Uint8Array(wanted);
    for (let place = 0; place < wanted; ) {
      const symbol = this.readSymbol(table);
      if (symbol < 16) {
        lengths[place++] = symbol;
        continue;
      }
      if (symbol === 16 && place === 0) throw new Broken();
      const value = symbol === 16 ? lengths[place - 1] : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (place + times > wanted) throw new Broken();
      lengths.fill(value, place, place + times);
      place += times;
    }
    return lengths;
  }
}

/** Give the codes of a block by their lengths; all codes must be used, but for a `single` one of one bit, or none. */
function buildTable(lengths, { single = true } = {}) {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] += 1;
  const used = lengths.length - counts[0];
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= LONGEST; length += 1) {
    left = 2 * left - counts[length];
    if (left < 0) throw new Broken();
  }
  if (left > 0 && !(used === 0 || (single && used === 1 && counts[1] === 1))) throw new Broken();
  const offsets = new Uint16Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length += 1) offsets[length + 1] = offsets[length] + counts[length];
  const symbols = new Uint16Array(used);
  lengths.forEach((length, symbol) => {
    if (length) symbols[offsets[length]++] = symbol;
  });
  return { counts, symbols };
}

const FIXED_LITERALS = buildTable(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
);
const FIXED_DISTANCES = buildTable(new Uint8Array(32).fill(5));
