// Our own trust list: versioned, dated, signed by a root key that can be replaced.
//
// A signed document (signed.js) of the kind `trust`. A root key is replaced by a signed document of the kind `rollover`, in
// which the old key names the new one; a list carries all of them, so that a verifier that was away can still follow.
import { decodeBase64, encodeUtf8, NoCoding } from "./bytes.js";
import { CertificateUnusable, readCertificate } from "./keys.js";
import { isSignedBy, ListRefused, nameKey, readJwk, readMoment, readSigned, wrap } from "./signed.js";
import { TrustList } from "./trust.js";

export const LIST_BYTES = 64 << 20; // 1,700 certificates of the whole world are 3 MB
export const ENTRIES = 50_000; // certificates of one list
const ROLLOVER_BYTES = 4 << 10; // it is 700
const ROLLOVERS = 100; // a root key lives for years

/**
 * Read our own trust list. Not checked: version and age, see `receive`.
 *
 * `root` is the key that is trusted; null takes the first root that the list names, which proves only that nothing was
 * altered since. Throws ListRefused if
 * 1 it cannot be read
 * 2 a root of its chain was not named by the one before
 * 3 the trusted root is not in the chain
 * 4 the last root has not signed it.
 */
export async function readOffer(bytes, { root }) {
  const signed = await readSigned(bytes, { kind: "trust", limit: LIST_BYTES });
  const { last, documents, named, version, list } = await wrap(async () => { // 1
    const rollovers = takeList(signed.payload.rollovers, ROLLOVERS);
    const documents = await Promise.all(rollovers.map(readRollover));
    const named = await Promise.all(documents.map((one) => readJwk(one.payload.next)));
    return { last: await readJwk(signed.payload.root), documents, named, ...(await readList(signed.payload)) };
  });
  const roots = await follow(documents, named, { root, last }); // 2, 3
  if (!(await isSignedBy(signed, last))) throw new ListRefused("list_altered"); // 4
  return { version, sha256: signed.sha256, roots, list };
}

async function readRollover(text) {
  if (typeof text !== "string") throw new NoCoding();
  return readSigned(encodeUtf8(text), { kind: "rollover", limit: ROLLOVER_BYTES });
}

/** Give the chain of roots from the trusted one on; what happened before it is of no interest. */
async function follow(documents, named, { root, last }) {
  let chain = named.length ? [...named] : [last];
  let links = documents.slice(1);
  if (root) {
    const ids = await Promise.all(named.map(nameKey));
    const begin = ids.indexOf(await nameKey(root)) + 1;
    chain = [root, ...named.slice(begin)];
    links = documents.slice(begin);
  }
  for (const [place, link] of links.entries()) {
    if (!(await isSignedBy(link, chain[place]))) throw new ListRefused("list_key_unknown");
  }
  if ((await nameKey(chain.at(-1))) !== (await nameKey(last))) throw new ListRefused("list_key_unknown");
  return chain;
}

function takeList(said, most) {
  if (!Array.isArray(said) || said.length > most) throw new NoCoding();
  return said;
}

async function readList(said) {
  if (!Number.isInteger(said.version) || said.version < 1) throw new NoCoding();
  const read = await Promise.all(takeList(said.certificates, ENTRIES).map(readEntry));
  const certificates = read.filter(Boolean);
  const list = new TrustList(certificates, {
    asOf: readMoment(said.issued),
    expires: readMoment(said.expires),
    unread: read.length - certificates.length,
    revocationKeys: await Promise.all(said.revocation_keys.map(readJwk)),
  });
  return { version: said.version, list };
}

async function readEntry(entry) {
  const kid = decodeBase64(entry.kid);
  try {
    return await readCertificate(decodeBase64(entry.certificate), { kid });
  } catch (error) {
    if (error instanceof CertificateUnusable) return null; // one that this version cannot use; the others count
    throw error;
  }
}
