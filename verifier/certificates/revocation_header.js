// What a set of revocations says of itself, and who may say it.
import { fromHex, NoCoding, toHex } from "./bytes.js";
import { chooseCoding, NOMINAL } from "./golomb.js";
import { isSignedBy, ListRefused, nameKey, readJwk, readMoment, readSigned, wrap } from "./signed.js";

export const HEADER_BYTES = 256 << 10; // one kid takes 26; some 9,000 of them fit
const KIDS = 9_000; // revoked keys, or keys that a set speaks of; the world has some 2,000
const KID_BYTES_MOST = 64; // 8 in the EU, 32 of a SMART Health Card; a JWKS may call a key what it likes

/**
 * Read a signed header; `keys` may sign it, null takes the key that it names itself.
 *
 * Throws ListRefused where it cannot be read, or is not signed by one of the keys. Not checked: its age and number.
 */
export async function openHeader(bytes, { keys }) {
  const signed = await readSigned(bytes, { kind: "revocation", limit: HEADER_BYTES });
  const header = await wrap(() => readHeader(signed.payload));
  if (keys) {
    const named = await Promise.all(keys.map(nameKey));
    if (!named.includes(await nameKey(header.signer))) throw new ListRefused("list_key_unknown");
  }
  if (!(await isSignedBy(signed, header.signer))) throw new ListRefused("list_altered");
  return { header, sha256: signed.sha256 };
}

async function readHeader(said) {
  const [number, nominal, count] = ["number", "nominal", "count"].map((name) => take(said, name, "number"));
  const whole = [number, nominal, count].every(Number.isInteger);
  if (!(whole && number > 0 && count >= 0 && count <= nominal && nominal <= NOMINAL && nominal > 0)) throw new NoCoding();
  return {
    name: take(said, "name", "string"), // of the list; numbers of one name never go back
    number,
    nominal, // the size that a set is made for
    count,
    coding: chooseCoding(nominal),
    completeAsOf: readMoment(said.complete_as_of), // what was revoked until then is in it
    expires: readMoment(said.expires), // afterwards it is too old to accept anybody by
    scope: takeKids(said.scope), // kids that it speaks of; empty: all
    keys: takeKids(said.keys), // kids that are revoked as a whole
    table: take(said, "table", "string"), // SHA-256 of the table
    signer: await readJwk(said.signer),
  };
}

function take(said, name, kind) {
  if (typeof said[name] !== kind) throw new NoCoding();
  return said[name];
}

function takeKids(said) {
  if (!Array.isArray(said) || said.length > KIDS) throw new NoCoding();
  const kids = said.map(fromHex);
  if (kids.some((kid) => !kid.length || kid.length > KID_BYTES_MOST)) throw new NoCoding();
  return new Set(kids.map(toHex));
}
