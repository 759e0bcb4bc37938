// Verify a certificate: one verdict in five stages, each with one stable code.
//
// Nothing here throws, whatever the text; nothing of a holder is kept or written.
import { judgeRules } from "./acceptance.js";
import { countSigns, strip, stripLeft } from "./bytes.js";
import { readHealthCertificate } from "./claims.js";
import { DATA } from "./data.js";
import { isSignedPart } from "./keys.js";
import { isCard, readCard } from "./shc.js";
import { ListRefused } from "./signed.js";
import { judge, NOT_CHECKED, OK, say, STAGES, Unreadable } from "./stages.js";
import { FRESH, isAhead, isOld } from "./times.js";
import { isSeal, readSeal } from "./vdsnc.js";

const TEXT_LENGTH = 256 << 10; // letters; more than any family allows, so that a book is not even looked through

// The QR text of a chip identity card, and the personal one of QĐ 1405 whose number may be masked: everybody can write one.
const UNSIGNED_LENGTH = 1_000;
const UNSIGNED = /^(?:[0-9]{12}|[0-9A-Z*]{6,20})\|[^|]*(?:\|[^|]*){3,7}$/;

/**
 * Give the verdict on a text at the moment `at`, in milliseconds.
 *
 * read: the text is a certificate of a family we know, whole and within all bounds
 *  1 a reader knows it by how it begins
 *  2 nothing in it is broken, ambiguous or endless; it says what its schema asks
 * trusted: somebody on the trust list has signed it, and may sign this
 *  3 the list is not too old
 *  4 the algorithm is one of ours, and a key id is given
 *  5 the list has a certificate with this key id; each of them is tried
 *  6 one of them has signed exactly this
 *  7 it is of the country that the text names as issuer
 *  8 it may sign certificates of this kind
 * in time: `at` is a moment at which it counts
 *  9 it says from when to when it counts
 *  10 it has begun
 *  11 it has not ended
 * not revoked: nobody has taken it back
 *  12 what is known of revocation is not too old
 *  13 neither its number, nor its signature, nor its key is revoked
 * rule: it is enough here
 *  14 the rules of the place say so; they are of the EU's schema and can judge no other family. `rulesAt` is their moment.
 * Where 1 or 2 leaves no signature to look at, or where nobody of the list has signed it (3 to 6), all that comes after is
 * not checked: nothing is said of what anybody may have written. In all other cases every stage speaks.
 */
export async function verify(text, { trust, at, revoked = null, rules = null, rulesAt = at, fresh = FRESH }) {
  let certificate;
  try {
    certificate = await findReader(text)(text); // 1, 2
  } catch (error) {
    if (error instanceof Unreadable) return refuseUnread(error.code);
    throw error;
  }
  const said = [say("read", certificate.code === null, certificate.code ?? OK)];
  const [trusted, key] = await checkTrust(certificate, { trust, at, fresh });
  said.push(trusted);
  if (!key) return end(said, certificate);
  const issuer = readCountry(certificate.issuer) || key.country || certificate.issuer || "";
  said.push(checkTime(certificate, at / 1000));
  said.push(await checkRevoked(certificate, key, { issuer, revoked, at, fresh }));
  const [rule, judged] = checkRule(certificate, { issuer, rules, at: rulesAt });
  return { ...end([...said, rule], certificate, issuer), judged };
}

/** Give the verdict on what could not even be read as a text: a picture without a code. */
export const refuseUnread = (code) => end([say("read", false, code)]);

function findReader(text) {
  if (text.length > TEXT_LENGTH && countSigns(text) > TEXT_LENGTH) return refuseLong;
  const begin = stripLeft(text);
  if (isCard(begin)) return readCard;
  if (isSeal(begin)) return readSeal;
  return UNSIGNED.test(strip([...begin].slice(0, UNSIGNED_LENGTH).join(""))) ? refuseUnsigned : readHealthCertificate;
}

function refuseLong() {
  throw new Unreadable("cert_too_long");
}

function refuseUnsigned() {
  throw new Unreadable("cert_not_signed");
}

function end(said, certificate = null, issuer = null) {
  const stages = [...said, ...STAGES.slice(said.length).map((stage) => say(stage, null, NOT_CHECKED))];
  const { kid = null, payload = null, family = null, kind = "" } = certificate ?? {};
  return { ...judge(stages), stages, kid, issuer: issuer || (certificate?.issuer ?? null), payload, family, kind, judged: null };
}

/** Give what the stage says, and the certificate that has signed, null where nobody of the list has. */
async function checkTrust(certificate, { trust, at, fresh }) {
  const refuse = (code) => [say("trusted", false, code), null];
  if (isOld(trust.asOf, trust.expires, { at, fresh })) return refuse("trust_list_too_old"); // 3
  if (!certificate.algorithm) return refuse("cert_algorithm"); // 4
  if (!certificate.kid?.length) return refuse("cert_kid_missing");
  const keys = trust.find(certificate.kid); // 5
  if (!keys.length) return refuse("cert_key_unknown");
  const signers = [];
  for (const key of keys) {
    const { part, signature, algorithm } = certificate;
    if (await isSignedPart(part, signature, { key, algorithm })) signers.push(key); // 6
  }
  if (!signers.length) return refuse("cert_signature");
  const refusals = signers.map((key) => refuseSigner(certificate, key)); // 7, 8
  const right = refusals.indexOf(null);
  if (right < 0) return [say("trusted", false, refusals[0]), signers[0]];
  return [say("trusted", true, warnOfTrust(certificate, signers[right], { trust, at })), signers[right]];
}

function refuseSigner(certificate, key) {
  const said = readCountry(certificate.issuer);
  if (said && key.country && said !== key.country && !(DATA.aliases[key.country] ?? []).includes(said)) return "cert_issuer"; // 7
  if (key.usages.size && certificate.kind && !key.usages.has(certificate.kind)) return "cert_usage"; // 8
  return null;
}

function warnOfTrust(certificate, key, { trust, at }) {
  if (certificate.issuer && certificate.family !== "shc" && !readCountry(certificate.issuer)) return "cert_issuer_name";
  if (key.weak) return "cert_key_short";
  if (trust.asOf === null && trust.expires === null) return "trust_list_undated";
  return isAhead(trust.asOf, { at }) ? "trust_list_ahead" : OK;
}

/** Give the country code that a text names, "" where it names none. */
function readCountry(issuer) {
  const said = strip(issuer ?? "").toUpperCase();
  return /^[A-Z]{2}$/.test(said) ? said : "";
}

function checkTime({ issued, begins, expires }, now) {
  if (issued === null || expires === null) return say("in time", false, "cert_times_missing"); // 9
  if (now < Math.max(issued, begins ?? 0)) return say("in time", false, "cert_not_yet"); // 10
  if (now > expires) return say("in time", false, "cert_expired"); // 11: in its last second it still counts
  return say("in time", true, OK);
}

async function checkRevoked(certificate, key, { issuer, revoked, at, fresh }) {
  if (!revoked) return say("not revoked", null, NOT_CHECKED);
  try {
    if (await isRevoked(certificate, key, { issuer, revoked })) return say("not revoked", false, "cert_revoked"); // 13, before 12: it stays revoked
  } catch (error) {
    if (error instanceof ListRefused) return say("not revoked", false, error.code); // a list in which nothing can be looked up
    throw error;
  }
  if (isOld(revoked.completeAsOf, revoked.expires, { at, fresh })) return say("not revoked", false, "cert_revoked_old"); // 12
  return say("not revoked", true, revoked.completeAsOf === null ? "cert_revoked_undated" : OK);
}

/** Ask for the country that the text names and for that of the key: lists of either may say what is revoked. */
async function isRevoked({ family, uvci = "", signature, algorithm }, key, { issuer, revoked }) {
  if (family === "shc") return revoked.containsCard({ kid: key.kid, rid: uvci, signature });
  for (const country of new Set([issuer, key.country])) {
    if (await revoked.contains({ issuer: country, uvci, signature, algorithm, kid: key.kid })) return true;
  }
  return false;
}

/** Give what the stage says, and the judgement with its reason; a rule that stays open accepts nobody. */
function checkRule(certificate, { issuer, rules, at }) {
  if (!rules || certificate.code !== null) return [say("rule", null, NOT_CHECKED), null];
  if (certificate.family !== "dcc") return [say("rule", false, "cert_rule_family"), null];
  const judged = judgeRules(certificate.payload, { rules, issuer, at }); // 14
  return [say("rule", judged.outcome === "accepted", judged.code), judged];
}
