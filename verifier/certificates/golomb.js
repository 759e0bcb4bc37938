// Golomb-Rice coding of sorted hashes: how wide, how many low bits, and reading them. Source: golomb.py, which also writes.

const ERROR = 10n ** 12n; // one certificate in so many may be taken for a revoked one
const QUESTIONS = 3n; // that are asked for one certificate: UVCI, country with UVCI, signature
const BLOCK_ENTRIES = 256; // at most on average, of a block: some 60 microseconds to read
const SLICE_ENTRIES = 1 << 18; // at least on average, of a slice: 1.5 MB or more
const BUCKET_BITS = 8; // the first byte of a hash: there are at least so many blocks, and at most so many slices
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
function chooseRice(bits, count) {
  const mean = 2 ** bits / Math.max(count, 1);
  const cost = (rice) => rice - 1 / Math.expm1(-(2 ** rice) / mean); // the second part: zeros and the one
  const first = Math.max(0, Math.floor(Math.log2(mean)) - 2);
  return [0, 1, 2, 3].map((more) => first + more).reduce((best, rice) => (cost(rice) < cost(best) ? rice : best));
}

/** Tell whether a coding holds a number; reads no further than that number. Throws CodingBroken where it comes to a fault. */
export function has(bytes, wanted, { rice, inner }) {
  const bits = 8 * bytes.length;
  const limit = 2 ** inner;
  let at = 0;
  let value = -1;
  for (;;) {
    let one = at;
    while (one < bits && !((bytes[one >> 3] >> (7 - (one & 7))) & 1)) one += 1;
    if (one === bits) break;
    if (one + 1 + rice > bits) throw new CodingBroken();
    value += 1 + (one - at) * 2 ** rice + readBits(bytes, one + 1, rice);
    if (value >= limit) throw new CodingBroken();
    if (value >= wanted) return value === wanted;
    at = one + 1 + rice;
  }
  if (bits - at >= 8) throw new CodingBroken();
  return false;
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
