// Trust lists of others, and ours, told by their content: JSON list, EU DSC list, JWKS, DID document.
//
// What a list of others says is used as it is given, its dates too. A phone fetches ours only; the others are read here as
// the library in Python reads them.
import { decodeAnyBase64, decodeUtf8, NoCoding } from "./bytes.js";
import { readJson } from "./json.js";
import { CertificateUnusable, readCertificate } from "./keys.js";
import { readMoment } from "./moments.js";
import { ListRefused, wrap } from "./signed.js";
import { isMap } from "./stages.js";
import { TrustList } from "./trust.js";
import { ENTRIES, LIST_BYTES, readOffer } from "./trust_document.js";
import { readKid, readMethod, readWebKey } from "./web_keys.js";

const SIGNATURE = /^[A-Za-z0-9+/_-]+={0,2}$/;
const BLANKS = /^[ \t-\r]+|[ \t-\r]+$/g;
const BEGIN = "-----BEGIN CERTIFICATE-----";
const PEM = /-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----/s;
const LOOKED_AT = 1 << 16; // bytes in which the first certificate of a file of PEM begins
const LATIN = new TextDecoder("latin1");

// How publishers call the moment of a list, and that from which it is too old; a DID document says it in its proof.
const AS_OF = ["issued", "created", "updated", "date", "timestamp", "iat"];
const EXPIRES = ["expires", "validUntil", "nextUpdate", "exp"];

// What a broken entry makes its reader say.
const BROKEN = [CertificateUnusable, NoCoding, TypeError];

/**
 * Read a trust list of any kind that we know. Entries that cannot be read are counted and passed over.
 *
 * `root` is the key of our own lists; without it such a list is used as it is given. In this order it is
 * 1 refused where it is too large
 * 2 an EU DSC list: a line with a signature, which is passed over, then JSON
 * 3 one certificate or several, in PEM or DER
 * 4 our own signed list
 * 5 a DID document, 6 a JWKS, 7 a JSON list of {kid, certificate}, bare or under `certificates`.
 * Throws ListRefused for anything else, and where nothing in it can be read.
 */
export async function readTrust(bytes, { root = null } = {}) {
  if (bytes.length > LIST_BYTES) throw new ListRefused("list_too_large"); // 1
  const body = dropSignature(bytes); // 2
  const certificates = splitCertificates(body);
  if (certificates.length) return collect(certificates, readBytes); // 3
  const said = await wrap(() => readJson(decodeUtf8(body)));
  if (isMap(said) && "payload" in said && "signatures" in said) return (await readOffer(body, { root })).list; // 4
  const [entries, read] = chooseReader(said); // 5, 6, 7
  return collect(entries, read, { asOf: findMoment(said, AS_OF), expires: findMoment(said, EXPIRES) });
}

function dropSignature(bytes) {
  const end = bytes.indexOf(10);
  if (end < 0) return bytes;
  const line = LATIN.decode(bytes.subarray(0, end)).replace(BLANKS, "");
  const rest = LATIN.decode(bytes.subarray(end + 1, end + 1 + LOOKED_AT)).replace(BLANKS, "");
  return SIGNATURE.test(line) && (rest[0] === "{" || rest[0] === "[") ? bytes.subarray(end + 1) : bytes;
}

/** Give certificates as they stand in a file: one as DER, or each as the base64 between its lines of PEM. */
function splitCertificates(bytes) {
  if (bytes[0] === 0x30 && (bytes[1] === 0x81 || bytes[1] === 0x82)) return [bytes];
  const begin = LATIN.decode(bytes.subarray(0, LOOKED_AT));
  const first = begin.replace(BLANKS, "")[0];
  if (!begin.includes(BEGIN) || first === "{" || first === "[") return [];
  return [...LATIN.decode(bytes).matchAll(new RegExp(PEM, "gs"))].map(([, text]) => text);
}

const joinLines = (text) => text.split(/\s+/).join("");

async function readBytes(one) {
  return readCertificate(typeof one === "string" ? decodeAnyBase64(joinLines(one)) : one);
}

function chooseReader(said) {
  if (isMap(said) && Array.isArray(said.verificationMethod)) return [said.verificationMethod.filter(isMap), readMethod];
  if (isMap(said) && Array.isArray(said.keys)) return [said.keys, readWebKey];
  const entries = isMap(said) ? said.certificates : said;
  if (!Array.isArray(entries)) throw new ListRefused("list_of_another_kind");
  return [entries, readEntry];
}

async function collect(entries, read, dates = {}) {
  if (entries.length > ENTRIES) throw new ListRefused("list_too_large");
  const found = await Promise.all(entries.map((entry) => attempt(read, entry)));
  const certificates = found.filter(Boolean);
  if (found.length && !certificates.length) throw new ListRefused("trust_nothing_read");
  return new TrustList(certificates, { ...dates, unread: found.length - certificates.length });
}

async function attempt(read, entry) {
  try {
    return await read(entry);
  } catch (error) {
    if (BROKEN.some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

/** Read an entry of a JSON list, or of an EU DSC list, where the certificate is called rawData. */
async function readEntry(entry) {
  const text = entry.certificate || entry.rawData;
  const bare = joinLines(PEM.exec(text)?.[1] ?? text);
  return readCertificate(decodeAnyBase64(bare), { kid: entry.kid ? readKid(entry.kid) : null });
}

/** Give the latest moment that a list gives one of these names, in itself or in its proof; null where it gives none. */
function findMoment(said, names) {
  if (!isMap(said)) return null;
  const places = [said, said.proof].flat().filter(isMap);
  const moments = places.flatMap((place) => names.map((name) => readDate(place[name]))).filter((moment) => moment !== null);
  return moments.length ? Math.max(...moments) : null;
}

/** Read a moment: a text, or seconds since 1970; null where it is neither. */
function readDate(written) {
  if (typeof written === "string") return readMoment(written)?.getTime() ?? null;
  const moment = new Date(typeof written === "number" ? written * 1000 : NaN);
  const year = moment.getUTCFullYear();
  return year >= 1 && year <= 9999 ? moment.getTime() : null;
}
