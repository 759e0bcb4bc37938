// Whether a certificate is enough here: rules of countries and places, judged at a moment, with the reason.
// Source: eHealth Network, EU DCC Validation Rules 1.1: the format of a rule, which rules count, true, false and open.
import { CertLogicRefused, evaluate, isTrue, STEPS, ValueSets } from "./certlogic.js";
import { getCode } from "./data.js";
import { COLOURS, compareVersions, ENGINE, readVersion } from "./rule_sets.js";
import { DAY, HOUR } from "./times.js";

const NEWEST_ENGINE = 2; // first number of an engine version; 0.7.5, 1.x and 2.x all mean CertLogic up to 1.3.3
const MAX_STEPS = 500_000; // of all rules together; 700 rules at once have 700 steps each, three times enough
const OK = "ok";
const KIND_OF = { v: "Vaccination", t: "Test", r: "Recovery" };
const ONE = /\b1 (day|hour|dose)s\b/g;

/**
 * Give whether a certificate is enough by the rules at the moment `at`, in milliseconds.
 *
 * 1 the rules that count: acceptance rules of the place, invalidation rules of `issuer`; for this kind of certificate; in
 *   force at `at`; of each the highest version
 * 2 a rule is open where its engine is not ours, or its schema is newer than the certificate's
 * 3 else it is true or false as its logic says; open where that cannot be evaluated or asks for a missing value set
 * 4 one false rule refuses, else one open rule leaves it open, else it is accepted.
 * Where no rule counts, nothing is refused, and the code says so (rule_none_applies). Not checked: schema, signature.
 */
export function judgeRules(payload, { rules, issuer, at }) {
  const data = buildData(payload, { rules, issuer, at });
  const kinds = Object.keys(KIND_OF).filter((group) => isFilled(payload[group])).map((group) => KIND_OF[group]);
  if (rules.cards.length) return judgeCard(rules, { kinds, data, at });
  const counting = selectRules(rules, { kinds, issuer, at }); // 1
  const steps = Math.min(STEPS, Math.floor(MAX_STEPS / Math.max(1, counting.length)));
  return conclude(counting.map((rule) => ask(rule, { data, at, steps }))); // 2, 3, 4
}

/** Give the rules that count, in the order of their file, each in its highest version. */
export function selectRules(rules, { kinds, issuer, at }) {
  const newest = new Map();
  for (const rule of rules.rules) {
    const here = rule.invalidation ? isSame(rule.country, issuer) : isOfPlace(rule, rules);
    const meant = rule.certificateType === "General" || kinds.includes(rule.certificateType);
    if (!here || !meant || !isInForce(rule, at)) continue;
    const known = newest.get(rule.identifier);
    if (!known || compareVersions(known.version, rule.version) < 0) newest.set(rule.identifier, rule);
  }
  return [...newest.values()];
}

const isSame = (said, wanted) => !said || said.toUpperCase() === wanted.toUpperCase();

function isOfPlace(rule, rules) {
  const inCountry = !rules.country || isSame(rule.country, rules.country);
  const wholeCountry = ["", rule.country.toUpperCase()].includes(rule.region.toUpperCase());
  return inCountry && (!rules.region || wholeCountry || isSame(rule.region, rules.region));
}

const isInForce = ({ validFrom, validTo }, at) => (!validFrom || validFrom.getTime() <= at) && (!validTo || at <= validTo.getTime());

function isFilled(value) {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function buildData(payload, { rules, issuer, at }) {
  const external = {
    validationClock: new Date(at).toISOString().replace("Z", "+00:00"),
    today: tellDay(at, rules),
    countryCode: rules.country,
    region: rules.region,
    issuerCountryCode: issuer,
    valueSets: new ValueSets(rules.valueSets),
  };
  return { payload, external };
}

const tellDay = (at, rules) => new Date(at + rules.utcHours * HOUR).toISOString().slice(0, 10);

function ask(rule, { data, at, steps = STEPS }) {
  let code = refuseToAsk(rule, data.payload);
  if (code === null) {
    try {
      if (isTrue(evaluate(rule.logic, data, { steps }))) return { rule: rule.identifier, truth: "true", code: OK, vi: "", en: "" };
      return { rule: rule.identifier, truth: "false", code: "rule_not_met", ...giveReason(rule, { data, at }) };
    } catch (error) {
      if (!(error instanceof CertLogicRefused)) throw error;
      ({ code } = error);
    }
  }
  return { rule: rule.identifier, truth: "open", code, ...getCode(code) };
}

function refuseToAsk(rule, payload) {
  if (rule.engine !== ENGINE || rule.engineVersion[0] > NEWEST_ENGINE) return "rule_engine_unknown";
  const version = readVersion(payload.ver);
  if (!version || version[0] !== rule.schemaVersion[0] || compareVersions(version, rule.schemaVersion) < 0) return "rule_schema_newer";
  return null;
}

/** Give the reason in both languages; where a rule has none, or one that lacks a number, the code's. */
function giveReason(rule, { data, at }) {
  const entry = getCode("rule_not_met");
  const written = Object.values(rule.descriptions);
  let en = rule.descriptions.en || (written[0] ?? entry.en);
  let vi = rule.descriptions.vi || (written.length ? en : entry.vi);
  for (const [name, measure] of Object.entries(rule.measures)) {
    const number = measureNumber(measure, { data, at });
    if (number === null) return { vi: entry.vi, en: entry.en };
    vi = vi.replaceAll(`{${name}}`, () => number);
    en = en.replaceAll(`{${name}}`, () => number);
  }
  return { vi, en: en.replace(ONE, "1 $1") };
}

function measureNumber(measure, { data, at }) {
  if (measure.number != null) return measure.number;
  try {
    if (measure.value) return evaluate({ "+": [{ var: measure.value }, 0] }, data);
    const moment = evaluate({ plusTime: [{ var: measure.since }, 0, "day"] }, data);
    if (measure.unit === "hour") return Math.trunc((at - moment) / HOUR) + 0;
    const [today, day] = [data.external.today, moment.toISOString().slice(0, 10)].map((text) => Date.parse(text));
    return Math.round((today - day) / DAY);
  } catch (error) {
    if (error instanceof CertLogicRefused) return null;
    throw error;
  }
}

function conclude(answers) {
  if (!answers.length) return judgeByCode("accepted", "rule_none_applies");
  if (answers.every((answer) => answer.truth === "true")) return makeJudgement("accepted", ALL_TRUE, answers);
  const missed = findMissed(answers);
  return makeJudgement(missed.truth === "false" ? "refused" : "open", missed, answers);
}

const ALL_TRUE = { rule: "", truth: "true", code: OK, vi: "", en: "" };

const makeJudgement = (outcome, { code, rule, vi, en }, answers = [], colour = null) => ({ outcome, code, rule, vi, en, answers, colour });
const judgeByCode = (outcome, code, answers = [], colour = null) => makeJudgement(outcome, { code, rule: "", ...getCode(code) }, answers, colour);

/**
 * Give the colour of the day, and whether it is enough.
 *
 * 1 the card in force on the local day; without one nothing is refused
 * 2 the best colour that a way for this kind of certificate leads to, else red
 * 3 where it is not enough: the reason of the nearest way, and open where an open rule could have led there
 */
function judgeCard(rules, { kinds, data, at }) {
  const today = tellDay(at, rules);
  const card = rules.cards.find(({ validFrom, validTo }) => validFrom <= today && (!validTo || today <= validTo));
  if (!card) return judgeByCode("accepted", "rule_none_applies"); // 1
  const ways = card.ways.filter((way) => kinds.includes(way.certificateType));
  const asked = ways.map((way) => ({ way, answers: way.rules.map((rule) => ask(rule, { data, at })) }));
  const reached = asked.filter(({ answers }) => answers.every((answer) => answer.truth === "true"));
  const colour = COLOURS[Math.min(COLOURS.length - 1, ...reached.map(({ way }) => rank(way.colour)))]; // 2
  return concludeCard(asked, { colour, least: rules.least }); // 3
}

function concludeCard(asked, { colour, least }) {
  const answers = asked.flatMap((one) => one.answers);
  const better = asked.filter(({ way }) => rank(way.colour) < rank(colour)).sort((a, b) => rank(b.way.colour) - rank(a.way.colour)); // the nearest first
  if (rank(colour) <= rank(least)) {
    const missed = better.length ? findMissed(better[0].answers) : ALL_TRUE;
    return makeJudgement("accepted", { ...missed, code: OK }, answers, colour);
  }
  const missing = better.filter(({ way }) => rank(way.colour) <= rank(least)).map((one) => findMissed(one.answers));
  if (!missing.length) return judgeByCode("refused", "card_kind", answers, colour);
  const undecided = missing.find((answer) => answer.truth === "open");
  return undecided ? makeJudgement("open", undecided, answers, colour) : makeJudgement("refused", missing[0], answers, colour);
}

const rank = (colour) => COLOURS.indexOf(colour);

/** Give why a way leads nowhere: its first false rule, else its first open one. */
const findMissed = (answers) => answers.find(({ truth }) => truth === "false") ?? answers.find(({ truth }) => truth === "open");
