// WHO DDCC: the core data set of a vaccination or test inside HC1.
// Source: WHO SMART Trust, logical model HCert (claims 3 and 4 beside the EU's 1), DDCC:VS and DDCC:TR core data sets.
import { CborMap } from "./cbor.js";
import { hasTurning, isMap } from "./stages.js";

const CLAIMS = new Map([[3, "vaccination"], [4, "test"]]); // inside HCERT
const DAY = 86_400;
const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:.(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d(?::\d\d(?::\d\d)?)?)?)?$/u;

/** Give the only data set of a health certificate and its kind, null where there is none or more than one. */
export function findDataSet(hcert) {
  const found = [];
  for (const [claim, kind] of CLAIMS) {
    const value = hcert.get(claim);
    const entries = value === null ? [] : Array.isArray(value) ? value : [value];
    found.push(...entries.map((entry) => ({ entry, kind })));
  }
  return found.length === 1 && found[0].entry instanceof CborMap ? found[0] : null;
}

/**
 * Give the code of what is wrong with a data set, null for nothing.
 *
 * It names a person, says what was done as a map of its own, and has an identifier. Not checked: its codes.
 */
export function checkDataSet(entry, kind) {
  const given = entry[kind];
  const done = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (typeof entry.name !== "string" || !isMap(done) || !findIdentifier(entry)) return "cert_schema";
  return hasTurning(entry) ? "cert_name_marks" : null;
}

/** Give the identifier of the certificate (hcid), "" where there is none. */
export function findIdentifier(entry) {
  const hcid = isMap(entry.certificate) ? entry.certificate.hcid : null;
  const value = isMap(hcid) ? hcid.value : hcid;
  return typeof value === "string" ? value : "";
}

/**
 * Give from when to when a certificate counts by its own period, in seconds; null where it does not say.
 *
 * A day without a time is all of that day, in UTC.
 */
export function findPeriod(entry) {
  const period = isMap(entry.certificate) ? entry.certificate.period : null;
  if (!isMap(period)) return { begins: null, expires: null };
  return { begins: readMoment(period.start, 0), expires: readMoment(period.end, DAY) };
}

function readMoment(written, day) {
  const parts = typeof written === "string" ? FORM.exec(written) : null;
  if (!parts) return null;
  const [year, month, date, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const offset = readOffset(parts[8]);
  const days = new Date(0);
  days.setUTCFullYear(year, month - 1, date);
  const real = year > 0 && days.getUTCMonth() === month - 1 && days.getUTCDate() === date;
  if (!real || hour > 23 || minute > 59 || second > 59 || offset === null) return null;
  const fraction = Number(`0.${(parts[7] ?? "0").slice(0, 6)}`);
  return days.getTime() / 1000 + hour * 3600 + minute * 60 + second + fraction - offset + (written.length === 10 ? day : 0);
}

function readOffset(text) {
  if (!text || text === "Z") return 0;
  const [hours, minutes = 0, seconds = 0] = text.slice(1).split(":").map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return (text[0] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}
