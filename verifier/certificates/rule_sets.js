// Rules as they are published: of countries for certificates, and the coloured cards of provinces.
// Source: eHealth Network, EU DCC Validation Rules 1.1, for the fields of a rule.

export const ENGINE = "CERTLOGIC";
export const COLOURS = ["green", "yellow", "red"]; // from the best down
export const CERTIFICATE_TYPES = ["General", "Vaccination", "Test", "Recovery"];

/** Give a rule: what has to be true, for which certificates, where and when, and what it says. */
export const makeRule = (said) => ({
  invalidation: false, // of the country that issued, else an acceptance rule of the country that looks
  country: "",
  region: "",
  certificateType: "General",
  version: [1, 0, 0],
  schemaVersion: [1, 0, 0],
  engine: ENGINE,
  engineVersion: [1, 0, 0],
  validFrom: null, // a Date
  validTo: null,
  descriptions: {}, // by language; {name} is a measure
  measures: {}, // by name: {number}, {value: path} or {since: path, unit}
  ...said,
});

/** Give what counts at one place. With `cards`, the colour of the day decides, and has to be `least` or better. */
export const makeRuleSet = (said) => ({ rules: [], valueSets: {}, country: "", region: "", utcHours: 0, cards: [], least: "green", ...said });

/** Read a version of three numbers; null where it is none. */
export function readVersion(said) {
  if (typeof said !== "string" || said.length > 40 || !/^[0-9]+\.[0-9]+\.[0-9]+$/.test(said)) return null;
  return said.split(".").map(Number);
}

/** Give less than 0, 0 or more than 0 as the first version is lower, the same or higher. */
export function compareVersions(one, other) {
  const place = one.findIndex((number, at) => number !== other[at]);
  return place < 0 ? 0 : one[place] - other[place];
}
