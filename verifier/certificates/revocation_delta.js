// Deltas: what changed between two sets of one list, and merging it into the older one. The file is described in
// revocation_delta.py, which also writes it.
import { areEqual, encodeUtf8, joinBytes, toHex } from "./bytes.js";
import { chooseRice, CodingBroken, decode, decodeBig, encode } from "./golomb.js";
import { beginFile, hashTable, makeTable, readSet } from "./revocation.js";
import { HEADER_BYTES, openHeader } from "./revocation_header.js";
import { ListRefused } from "./signed.js";

const MAGIC = "XTRDELT1";
const ENTRIES = 1_000_000; // of one delta, either way: beyond that the whole set is the shorter message
const BASE_BYTES = 32;
const FRAME = MAGIC.length + BASE_BYTES + 5 * 4;

/**
 * Read a delta. Not checked: that it fits a set, and that its result is what was signed; see `merge`.
 *
 * Throws ListRefused if it
 * 1 is none, or of another length than it says
 * 2 leads to a set whose header cannot be read, or is not signed by one of the keys
 * 3 has codings that are broken, or of another number of entries than it says.
 */
export async function readDelta(bytes, { keys }) {
  if (!areEqual(bytes.subarray(0, MAGIC.length), encodeUtf8(MAGIC))) throw new ListRefused("list_of_another_kind"); // 1
  if (bytes.length < FRAME) throw new ListRefused("revocation_damaged");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = [0, 1, 2, 3, 4].map((place) => view.getUint32(MAGIC.length + BASE_BYTES + 4 * place));
  const [added, removed, addedBytes, removedBytes, length] = numbers;
  if (length > HEADER_BYTES || added + removed > ENTRIES) throw new ListRefused("list_too_large");
  if (bytes.length !== FRAME + length + addedBytes + removedBytes) throw new ListRefused("revocation_damaged");
  const signed = bytes.subarray(FRAME, FRAME + length);
  const { header } = await openHeader(signed, { keys }); // 2
  const at = FRAME + length + addedBytes;
  const { bits } = header.coding;
  return {
    base: toHex(bytes.subarray(MAGIC.length, MAGIC.length + BASE_BYTES)),
    header,
    signed,
    added: readValues(bytes.subarray(FRAME + length, at), { count: added, bits }), // 3
    removed: readValues(bytes.subarray(at), { count: removed, bits }),
  };
}

/**
 * Give the newer set, the same to the byte as the one that was published.
 *
 * Throws ListRefused if the delta
 * 1 is of another list, of another size, or leads back
 * 2 begins at another set
 * 3 leads to anything else than its header says.
 */
export async function merge(old, delta, { keys }) {
  checkSuccessor(old, delta.header); // 1
  if (delta.header.nominal !== old.header.nominal || delta.base !== old.sha256) throw new ListRefused("revocation_delta_base"); // 2
  const slices = mergeSlices(old, group(delta, old.header.coding));
  const table = await makeTable(slices);
  if ((await hashTable(table)) !== delta.header.table) throw new ListRefused("revocation_damaged"); // 3
  return readSet(joinBytes(...beginFile(delta.signed), table, ...slices), { keys });
}

/** Throw ListRefused unless a set may take the place of the one that is held; see revocation_delta.py. */
export function checkSuccessor(old, header) {
  if (header.name !== old.header.name) throw new ListRefused("revocation_other_list");
  if (header.number === old.header.number) throw new ListRefused("list_forked");
  const back = header.number < old.header.number || header.completeAsOf < old.header.completeAsOf;
  if (back) throw new ListRefused("list_backwards");
}

function readValues(bytes, { count, bits }) {
  const values = wrapBroken(() => {
    const found = [];
    for (const value of decodeBig(bytes, { rice: chooseRice(bits, count), inner: bits })) {
      found.push(value);
      if (found.length > count) break;
    }
    return found;
  });
  if (values.length !== count) throw new ListRefused("revocation_damaged");
  return values;
}

/** Give what is added to and removed from each block, by its number. */
function group({ added, removed }, { inner }) {
  const changes = new Map();
  const mask = (1n << BigInt(inner)) - 1n;
  for (const [side, values] of [["added", added], ["removed", removed]]) {
    for (const value of values) {
      const number = Number(value >> BigInt(inner));
      if (!changes.has(number)) changes.set(number, { added: [], removed: new Set() });
      const low = Number(value & mask);
      if (side === "added") changes.get(number).added.push(low);
      else changes.get(number).removed.add(low);
    }
  }
  return changes;
}

/** Give all slices; those in which nothing changed as they are. */
function mergeSlices(old, changes) {
  const { blocks, slices } = old.header.coding;
  const perSlice = 2 ** (blocks - slices);
  const touched = new Set([...changes.keys()].map((number) => Math.floor(number / perSlice)));
  return old.digests.map((_, slice) => {
    if (!touched.has(slice)) return old.bytes.subarray(old.begins[slice], old.begins[slice + 1]);
    const numbers = Array.from({ length: perSlice }, (_, within) => slice * perSlice + within);
    return joinBlocks(numbers.map((number) => mergeBlock(old, number, changes.get(number))));
  });
}

/** Give a block with its change; what was there already, or never was, shows in the hash of the result. */
function mergeBlock(old, number, change) {
  const bytes = old.readBlock(number);
  if (!change) return bytes;
  const { coding } = old.header;
  const held = wrapBroken(() => [...decode(bytes, coding)]);
  const kept = new Set([...held.filter((value) => !change.removed.has(value)), ...change.added]);
  return encode([...kept].sort((a, b) => a - b), coding.rice);
}

function joinBlocks(codes) {
  const ends = new DataView(new ArrayBuffer(4 * codes.length));
  let end = 0;
  for (const [place, code] of codes.entries()) {
    end += code.length;
    ends.setUint32(4 * place, end);
  }
  return joinBytes(new Uint8Array(ends.buffer), ...codes);
}

function wrapBroken(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof CodingBroken) throw new ListRefused("revocation_damaged");
    throw error;
  }
}
