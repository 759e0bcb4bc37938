// What is said of a certificate: the five stages and the verdict. Codes are those of texts.json.

export const STAGES = ["read", "trusted", "in time", "not revoked", "rule"];
export const OK = "ok";
export const NOT_CHECKED = "not_checked";
export const LATEST = 253_402_300_800; // the year 10000 in seconds since 1970: no clock of ours goes further

// Marks that make a name look like another: they turn the direction of writing.
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** A text is no certificate that we can read: `code` says why. It never leaves verify.js. */
export class Unreadable extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Give what one stage says: `ok` is null where it was not checked; a code beside an ok that is true is a warning. */
export const say = (stage, ok, code) => ({ stage, ok, code });

/**
 * Give from what the stages say whether all is accepted, and the code that says most.
 *
 * Accepted is what was read, is trusted and in time, and what no other stage refuses.
 */
export function judge(stages) {
  const failed = stages.find((said) => said.ok === false);
  if (failed) return { accepted: false, code: failed.code };
  const accepted = stages.slice(0, 3).every((said) => said.ok);
  const warning = stages.find((said) => said.ok && said.code !== OK);
  return { accepted, code: warning?.code ?? (accepted ? OK : NOT_CHECKED) };
}

/** Tell whether a text anywhere in a value, or a name of a map, has a mark that turns the direction of writing. */
export function hasTurning(value) {
  if (typeof value === "string") return TURNING.test(value);
  if (Array.isArray(value)) return value.some(hasTurning);
  if (isMap(value)) return Object.entries(value).some(([name, inner]) => TURNING.test(name) || hasTurning(inner));
  return false;
}

/** Tell whether a value is a map of names, as JSON has them. */
export function isMap(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
