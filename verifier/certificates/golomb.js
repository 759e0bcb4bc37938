// Golomb-Rice coding of sorted hashes: how wide, how many low bits, reading and writing them. Source: golomb.py.

const ERROR = 10n ** 12n; // one certificate in so many may be taken for a revoked one
const QUESTIONS = 3n; // that are asked for one certificate: UVCI, country with UVCI, signature
const BLOCK_ENTRIES = 256; // at most on average, of a block: some 60 microseconds to read
const SLICE_ENTRIES = 1 << 18; // at least on average, of a slice: 1.5 MB or more
const BUCKET_BITS = 8; // the first byte of a hash: there are at least so many blocks, and at most so many slices
const HALF = 32; // bits that are read at a time of what is larger than a number of JavaScript is exact
export const NOMINAL = 1_000_000_000; // the most a set may be made for; within a block numbers then have at most 50 bits

/** Bytes are no coding of a set: an entry is cut off, too large, or something follows the last one. */
export class CodingBroken extends Error {}

/** Give the coding of a set for up to `nominal` entries: `bits` of each hash, `inner` of them within its block. */
export function chooseCoding(nominal) {
  const bits = (QUESTIONS * BigInt(nominal) * ERROR - 1n).toString(2).length;
  const blocks = Math.max(BUCKET_BITS, Math.ceil(Math.log2(nominal / BLOCK_ENTRIES)));
  const slices = Math.min(BUCKET_BITS, Math.max(0, Math.floor(Math.log2(nominal / SLICE_ENTRIES))));
  return { bits, rice: chooseRice(bits, nominal), blocks, slices, inner: bits - blocks };
}

/** Give the number of low bits with which `count` random entries take the least room. */
export function chooseRice(bits, count) {
  const mean = 2 ** bits / Math.max(count, 1);
  const cost = (rice) => rice - 1 / Math.expm1(-(2 ** rice) / mean); // the second part: zeros and the one
  const first = Math.max(0, Math.floor(Math.log2(mean)) - 2);
  return [0, 1, 2, 3].map((more) => first + more).reduce((best, rice) => (cost(rice) < cost(best) ? rice : best));
}

/** Tell whether a coding holds a number; reads no further than that number. Throws CodingBroken where it comes to a fault. */
export function has(bytes, wanted, coding) {
  for (const value of decode(bytes, coding)) if (value >= wanted) return value === wanted;
  return false;
}

/** Give the numbers of a block, at most 2 ** 50 each, one after the other; throws CodingBroken when it comes to a fault. */
export function* decode(bytes, { rice, inner }) {
  const limit = 2 ** inner;
  let value = -1;
  for (const [zeros, begin] of listGaps(bytes, rice)) {
    value += 1 + zeros * 2 ** rice + readBits(bytes, begin, rice);
    if (value >= limit) throw new CodingBroken();
    yield value;
  }
}

/** As `decode`, for hashes that are larger than a number of JavaScript is exact. */
export function* decodeBig(bytes, { rice, inner }) {
  const limit = 1n << BigInt(inner);
  const upper = Math.max(0, rice - HALF);
  let value = -1n;
  for (const [zeros, begin] of listGaps(bytes, rice)) {
    const low = (BigInt(readBits(bytes, begin, upper)) << BigInt(rice - upper)) | BigInt(readBits(bytes, begin + upper, rice - upper));
    value += 1n + (BigInt(zeros) << BigInt(rice)) + low;
    if (value >= limit) throw new CodingBroken();
    yield value;
  }
}

/** Give the coding of numbers that rise strictly, at most 2 ** 50 each. */
export function encode(values, rice) {
  const gaps = values.map((value, place) => value - (place ? values[place - 1] : -1) - 1);
  const size = gaps.reduce((bits, gap) => bits + Math.floor(gap / 2 ** rice) + 1 + rice, 0);
  const bytes = new Uint8Array(Math.ceil(size / 8));
  let at = 0;
  for (const gap of gaps) {
    at += Math.floor(gap / 2 ** rice);
    bytes[at >> 3] |= 128 >> (at & 7);
    writeBits(bytes, { begin: at + 1, count: rice, value: gap % 2 ** rice });
    at += 1 + rice;
  }
  return bytes;
}

/** Give for each entry the zeros before its one, and where its low bits begin. */
function* listGaps(bytes, rice) {
  const bits = 8 * bytes.length;
  let at = 0;
  for (;;) {
    let one = at;
    while (one < bits && !((bytes[one >> 3] >> (7 - (one & 7))) & 1)) one += 1;
    if (one === bits) break;
    if (one + 1 + rice > bits) throw new CodingBroken();
    yield [one - at, one + 1];
    at = one + 1 + rice;
  }
  if (bits - at >= 8) throw new CodingBroken();
}

function readBits(bytes, begin, count) {
  let value = 0;
  for (let at = begin; at < begin + count; ) {
    const taken = Math.min(8 - (at & 7), begin + count - at);
    value = value * 2 ** taken + ((bytes[at >> 3] >> (8 - (at & 7) - taken)) & ((1 << taken) - 1));
    at += taken;
  }
  return value;
}

function writeBits(bytes, { begin, count, value }) {
  let left = value;
  for (let at = begin + count; at > begin; ) {
    const taken = Math.min(((at - 1) & 7) + 1, at - begin);
    bytes[(at - 1) >> 3] |= (left % 2 ** taken) << (7 - ((at - 1) & 7));
    left = Math.floor(left / 2 ** taken);
    at -= taken;
  }
}
