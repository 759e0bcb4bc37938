// Read a file of rules: a JSON list of rules as countries publish them, or a map that says more of the place.
//
//   [ {"Identifier": "VR-VN-0001", "Logic": {...}, ...}, ... ]
//   {"rules": [...], "value_sets": {...}, "country": "VN", "region": "", "utc_hours": 7}
//   {"place": {"province": "56", "least": "yellow"}}
import { DATA } from "./data.js";
import { readMoment } from "./moments.js";
import { loadPlaceRules } from "./place_rules.js";
import { CERTIFICATE_TYPES, COLOURS, makeRule, makeRuleSet, readVersion } from "./rule_sets.js";
import { isMap } from "./stages.js";

const MAX_SIGNS = 16 << 20; // all rules of all countries of 2022 are 3 MB
const MAX_RULES = 10_000; // they were some 700
const MAX_MEASURES = 10; // numbers in one sentence
const MAX_LETTERS = 2_000; // of a description; a guard reads one line
const MOST_HOURS = 14; // between a place and UTC

const PREFIXES = new Map([["GR", "General"], ["VR", "Vaccination"], ["TR", "Test"], ["RR", "Recovery"], ["IR", "General"]]);

/** A file of rules that cannot be used: a code, and which rule of it, from 1. */
export class RuleFileRefused extends Error {
  constructor(code, { rule = 0 } = {}) {
    super(code);
    this.code = code;
    this.rule = rule;
  }
}

/**
 * Read a file of rules. Of a rule only Identifier and Logic have to be there.
 *
 * Throws RuleFileRefused where it is too large, no JSON, of another form, or a rule in it lacks what it needs or has a
 * version or date that is none. Not checked: whether logic can be evaluated, which only leaves that rule open.
 */
export function readRules(text) {
  if (text.length > MAX_SIGNS) throw new RuleFileRefused("rule_file_too_large");
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    throw new RuleFileRefused("rule_file_unreadable");
  }
  if (Array.isArray(said)) said = { rules: said };
  if (isMap(said) && isMap(said.place)) return readPlace(said.place);
  if (!isMap(said) || !Array.isArray(said.rules)) throw new RuleFileRefused("rule_file_form");
  return readSet(said);
}

function readPlace({ province, least = "green", drafts }) {
  if (typeof province !== "string" || !COLOURS.includes(least)) throw new RuleFileRefused("rule_file_form");
  return loadPlaceRules(province, { least, drafts: drafts === true });
}

function readSet({ rules, value_sets: sets = {}, country = "", region = "", utc_hours: utcHours = 0 }) {
  if (rules.length > MAX_RULES) throw new RuleFileRefused("rule_file_too_large");
  const right = Number.isInteger(utcHours) && Math.abs(utcHours) <= MOST_HOURS && typeof country === "string" && typeof region === "string";
  if (!right) throw new RuleFileRefused("rule_file_form");
  const read = rules.map((rule, place) => new Reader(rule, place + 1).read());
  return makeRuleSet({ rules: read, valueSets: { ...DATA.valueSets, ...readValueSets(sets) }, country, region, utcHours });
}

/** Read value sets by id: lists of codes, or as published; a list of published ones names itself. */
function readValueSets(said) {
  const given = Array.isArray(said) ? Object.fromEntries(said.filter(isMap).map((entry) => [String(entry.valueSetId), entry])) : said;
  if (!isMap(given)) throw new RuleFileRefused("rule_file_form");
  const sets = {};
  for (const [id, entry] of Object.entries(given)) {
    const codes = isMap(entry) ? entry.valueSetValues : entry;
    const list = isMap(codes) ? Object.keys(codes) : codes;
    if (!Array.isArray(list) || !list.every((code) => typeof code === "string")) throw new RuleFileRefused("rule_file_form");
    sets[id] = list;
  }
  return sets;
}

/** One rule of a file, by its number; what is wrong with it refuses the file. */
class Reader {
  constructor(said, number) {
    this.said = said;
    this.number = number;
    if (!isMap(said)) this.refuse();
  }

  refuse() {
    throw new RuleFileRefused("rule_file_rule", { rule: this.number });
  }

  read() {
    const identifier = this.text("Identifier");
    if (!identifier || !("Logic" in this.said)) this.refuse();
    const [prefix] = identifier.split("-");
    const kind = this.text("Type", prefix === "IR" ? "Invalidation" : "Acceptance");
    const certificateType = this.text("CertificateType", PREFIXES.get(prefix) ?? "General");
    if (!["Acceptance", "Invalidation"].includes(kind) || !CERTIFICATE_TYPES.includes(certificateType)) this.refuse();
    this.list("AffectedFields");
    return makeRule({
      identifier,
      logic: this.said.Logic,
      invalidation: kind === "Invalidation",
      country: this.text("Country"),
      region: this.text("Region"),
      certificateType,
      version: this.version("Version"),
      schemaVersion: this.version("SchemaVersion"),
      engine: this.text("Engine", "CERTLOGIC"),
      engineVersion: this.version("EngineVersion"),
      validFrom: this.moment("ValidFrom"),
      validTo: this.moment("ValidTo"),
      descriptions: this.descriptions(),
      measures: this.measures(),
    });
  }

  text(name, otherwise = "") {
    const found = this.said[name] ?? null;
    if (found === null) return otherwise;
    return typeof found === "string" && [...found].length <= MAX_LETTERS ? found : this.refuse();
  }

  list(name) {
    const found = this.said[name] ?? [];
    return Array.isArray(found) ? found : this.refuse();
  }

  version(name) {
    return readVersion(this.text(name, "1.0.0")) ?? this.refuse();
  }

  moment(name) {
    const text = this.text(name);
    const found = readMoment(text);
    return text && !found ? this.refuse() : found;
  }

  /** Read the sentences by language; published rules have a list of lang and desc. */
  descriptions() {
    const entries = this.list("Description").filter((entry) => isMap(entry) && typeof entry.lang === "string" && typeof entry.desc === "string");
    return Object.fromEntries(entries.map(({ lang, desc }) => [lang, desc.slice(0, MAX_LETTERS)]));
  }

  measures() {
    const found = "Measures" in this.said ? this.said.Measures : {};
    if (!isMap(found) || Object.keys(found).length > MAX_MEASURES || !Object.values(found).every(isMeasure)) this.refuse();
    return found;
  }
}

/** Tell whether this is a measure: {"number": 14}, {"value": path} or {"since": path, "unit": "day" or "hour"}. */
function isMeasure(said) {
  if (!isMap(said) || Object.keys(said).some((name) => !["number", "value", "since", "unit"].includes(name))) return false;
  const { number = null, value = "", since = "", unit = "day" } = said;
  const right = (number === null || Number.isInteger(number)) && typeof value === "string" && typeof since === "string";
  return right && ["day", "hour"].includes(unit) && (number !== null || Boolean(value || since));
}
