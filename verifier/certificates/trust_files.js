// A trust list as it is given to a verifier: ours, which is signed, or a plain JSON list of {kid, certificate}.
//
// The lists of others (EU, JWKS, DID) are read by the library in Python, which then signs ours for phones.
import { decodeAnyBase64, decodeUtf8, encodeUtf8, NoCoding } from "./bytes.js";
import { readJson } from "./json.js";
import { CertificateUnusable, readCertificate } from "./keys.js";
import { ListRefused, wrap } from "./signed.js";
import { TrustList } from "./trust.js";
import { readOffer } from "./trust_document.js";
import { isMap } from "./stages.js";

const ENTRIES = 50_000; // certificates of one list
const KID_BYTES_MOST = 64; // 8 in the EU, 32 of a SMART Health Card
const KID = /^[A-Za-z0-9+/_-]+={0,2}$/;
const PEM = /-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----/s;

/**
 * Read a trust list; entries that cannot be read are counted and passed over. `root` is the key of our own lists.
 *
 * Throws ListRefused for anything else, and where nothing in it can be read.
 */
export async function readTrust(bytes, { root = null } = {}) {
  const said = await wrap(() => readJson(decodeUtf8(bytes)));
  if (isMap(said) && "payload" in said && "signatures" in said) return (await readOffer(bytes, { root })).list;
  const entries = isMap(said) ? said.certificates : said;
  if (!Array.isArray(entries)) throw new ListRefused("list_of_another_kind");
  if (entries.length > ENTRIES) throw new ListRefused("list_too_large");
  const read = await Promise.all(entries.map(readEntry));
  const certificates = read.filter(Boolean);
  if (read.length && !certificates.length) throw new ListRefused("trust_nothing_read");
  return new TrustList(certificates, { unread: read.length - certificates.length });
}

async function readEntry(entry) {
  try {
    const text = entry.certificate || entry.rawData;
    const bare = (PEM.exec(text)?.[1] ?? text).split(/\s+/).join("");
    return await readCertificate(decodeAnyBase64(bare), { kid: entry.kid ? readKid(entry.kid) : null });
  } catch (error) {
    if ([CertificateUnusable, NoCoding, TypeError].some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

/** Give the bytes of a kid that is written as text: base64 of either alphabet, else the text itself. */
function readKid(text) {
  if (typeof text !== "string") throw new NoCoding();
  const coded = KID.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
  const kid = coded ? decodeAnyBase64(text) : encodeUtf8(text);
  if (kid.length > KID_BYTES_MOST) throw new NoCoding();
  return kid;
}
