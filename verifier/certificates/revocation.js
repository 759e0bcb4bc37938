// What is revoked: signed sets of hashes, looked up with no network. The file is described in revocation.py.
import { areEqual, encodeUtf8, hashBytes, joinBytes, toHex } from "./bytes.js";
import { CodingBroken, has } from "./golomb.js";
import { HEADER_BYTES, openHeader } from "./revocation_header.js";
import { ListRefused } from "./signed.js";

const MAGIC = "XTREVOK1";
const HASH_BYTES = 16; // of a SHA-256 that the issuers keep; sets keep fewer
const LENGTH = 4;
const TABLE_ROW = LENGTH + 32;

/** One set as it lies in a file: its header, its table and where its slices begin. */
export class RevocationSet {
  constructor(said) {
    Object.assign(this, said);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  /** Tell whether the first HASH_BYTES bytes of a SHA-256 are in the set. Throws ListRefused if it is damaged. */
  has(digest) {
    const { coding } = this.header;
    const value = BigInt(`0x${toHex(digest.subarray(0, HASH_BYTES))}`) >> BigInt(8 * HASH_BYTES - coding.bits);
    const low = Number(value & ((1n << BigInt(coding.inner)) - 1n));
    try {
      return has(this.readBlock(Number(value >> BigInt(coding.inner))), low, coding);
    } catch (error) {
      if (error instanceof CodingBroken) throw new ListRefused("revocation_damaged");
      throw error;
    }
  }

  /** Give the coding of a block, counted over all slices; throws ListRefused if the index is damaged. */
  readBlock(number) {
    const { coding } = this.header;
    const perSlice = 2 ** (coding.blocks - coding.slices);
    const slice = Math.floor(number / perSlice);
    const [begin, end] = [this.begins[slice], this.begins[slice + 1]];
    const within = number % perSlice;
    const codes = begin + LENGTH * perSlice;
    const at = begin + LENGTH * within;
    const first = within ? this.view.getUint32(at - LENGTH) : 0;
    const last = this.view.getUint32(at);
    if (!(first <= last && last <= end - codes)) throw new ListRefused("revocation_damaged");
    return this.bytes.subarray(codes + first, codes + last);
  }

  /** Tell whether the set speaks of what a key has signed. */
  speaksOf(kid) {
    return !this.header.scope.size || this.header.scope.has(toHex(kid));
  }

  /** Throw ListRefused unless each slice is the one that was signed. */
  async checkSlices() {
    for (const [place, digest] of this.digests.entries()) {
      const slice = this.bytes.subarray(this.begins[place], this.begins[place + 1]);
      if (!areEqual(await hashBytes(slice), digest)) throw new ListRefused("revocation_damaged");
    }
  }
}

/** All sets that a verifier holds. */
export class RevocationList {
  constructor(sets) {
    this.sets = sets;
    const first = (name) => (sets.length ? Math.min(...sets.map((one) => one.header[name])) : null);
    this.completeAsOf = first("completeAsOf"); // until then no set lacks anything; null without a set
    this.expires = first("expires"); // then the first set is too old; null without a set
  }

  /** Tell whether a certificate is revoked: by its key, UVCI, country with UVCI, or signature. */
  async contains({ issuer, uvci, signature, algorithm, kid }) {
    return this.has(await listHashes({ issuer, uvci, signature, algorithm }), kid);
  }

  /** Tell whether a SMART Health Card is revoked: by its key, its signature, or its rid, "" where it has none. */
  async containsCard({ kid, rid, signature }) {
    const digests = await listHashes({ issuer: "", uvci: "", signature, algorithm: "ES256" });
    return this.has(rid ? [...digests, await hashRid(kid, rid)] : digests, kid);
  }

  has(digests, kid) {
    const speaking = this.sets.filter((one) => one.speaksOf(kid));
    return speaking.some((one) => one.header.keys.has(toHex(kid)) || digests.some((digest) => one.has(digest)));
  }
}

/** Give the hash of a rid, which means something together with its key only. */
const hashRid = (kid, rid) => hashBytes(joinBytes(kid, encodeUtf8(rid)));

/**
 * Give the hashes under which a certificate may be revoked; what it does not have is left out.
 *
 * Of ES256 only r is hashed: of one signature anybody can make a second, valid one with another s.
 */
export async function listHashes({ issuer, uvci, signature, algorithm }) {
  const given = [
    encodeUtf8(uvci),
    encodeUtf8(issuer && uvci ? issuer + uvci : ""),
    algorithm.startsWith("ES") ? signature.subarray(0, signature.length >> 1) : signature,
  ];
  return Promise.all(given.filter((bytes) => bytes.length).map(hashBytes));
}

/**
 * Read a set, whole. Not checked: number and age.
 *
 * `keys` may sign it; null takes the key that the file names, which proves only that nothing was altered since.
 * Throws ListRefused if it
 * 1 does not begin as a set
 * 2 has a header that cannot be read, or is not signed by one of the keys
 * 3 has a table other than the signed one
 * 4 has other slices than its table says.
 */
export async function readSet(bytes, { keys }) {
  if (!areEqual(bytes.subarray(0, MAGIC.length), encodeUtf8(MAGIC))) throw new ListRefused("list_of_another_kind"); // 1
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = MAGIC.length + LENGTH;
  if (bytes.length < at) throw new ListRefused("revocation_damaged");
  const length = view.getUint32(MAGIC.length);
  if (length > HEADER_BYTES) throw new ListRefused("list_too_large");
  const { header, sha256 } = await openHeader(bytes.subarray(at, at + length), { keys }); // 2
  const slices = 2 ** header.coding.slices;
  const table = bytes.subarray(at + length, at + length + slices * TABLE_ROW);
  if ((await hashTable(table)) !== header.table || table.length !== slices * TABLE_ROW) throw new ListRefused("revocation_damaged"); // 3
  const begins = [at + length + table.length];
  const digests = [];
  for (let row = at + length; row < at + length + table.length; row += TABLE_ROW) {
    begins.push(begins.at(-1) + view.getUint32(row));
    digests.push(bytes.subarray(row + LENGTH, row + TABLE_ROW));
  }
  const index = LENGTH * 2 ** (header.coding.blocks - header.coding.slices);
  const short = digests.some((_, place) => begins[place + 1] - begins[place] < index);
  if (begins.at(-1) !== bytes.length || short) throw new ListRefused("revocation_damaged"); // 4
  const set = new RevocationSet({ header, sha256, bytes, begins, digests });
  await set.checkSlices();
  return set;
}

/** Give what stands in a set file before its table. */
export function beginFile(signed) {
  const length = new DataView(new ArrayBuffer(LENGTH));
  length.setUint32(0, signed.length);
  return [encodeUtf8(MAGIC), new Uint8Array(length.buffer), signed];
}

/** Give the table of slices: their lengths and hashes. */
export async function makeTable(slices) {
  const rows = slices.map(async (slice) => {
    const row = new Uint8Array(TABLE_ROW);
    new DataView(row.buffer).setUint32(0, slice.length);
    row.set(await hashBytes(slice), LENGTH);
    return row;
  });
  return joinBytes(...(await Promise.all(rows)));
}

export const hashTable = async (table) => toHex(await hashBytes(table));
