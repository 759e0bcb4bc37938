// A verdict on the screen. All that comes from a code is written as text, never as markup.
import { DATA } from "./certificates/data.js";
import { OK } from "./certificates/stages.js";
import { readUnsigned } from "./certificates/unsigned.js";
import { drawIcon, findLook, isProved } from "./looks.js";
import { getLanguage, sentence, tellDay, word } from "./words.js";

const byId = (name) => document.getElementById(name);
const DOSE_GROUPS = ["v", "t", "r"];
const SEXES = { 1: "Nam", 2: "Nữ" };

/** Show a verdict; gives its tone. `means` says what else a guard has to know: sure, placed, clock, ruleDay. */
export function showVerdict(verdict, { text, means, took }) {
  const look = findLook(verdict, means);
  byId("band").dataset.tone = look.tone;
  byId("icon").replaceChildren(drawIcon(look.tone));
  byId("word").textContent = word(look.word);
  byId("reason").textContent = tellReason(verdict, means);
  byId("facts").replaceChildren(...listFacts(verdict, { text, means }), tellSteps(verdict), tellTime(took));
  return look.tone;
}

function tellReason(verdict, means) {
  if (verdict.accepted && means.clock) return means.clock;
  const { judged, code } = verdict;
  if (judged && judged.code === code && judged[getLanguage()]) return `${judged[getLanguage()]} ${word("rule_then")}`;
  if (!verdict.accepted) return sentence(code);
  return code === OK ? sentence("cert_accepted") : sentence(code);
}

function listFacts(verdict, { text, means }) {
  if (verdict.code === "cert_not_signed") return tellUnsigned(readUnsigned(text));
  if (!isProved(verdict)) return [];
  const facts = [tellPerson(verdict), make("p", "compare", word("compare"))];
  const byRule = verdict.accepted || verdict.code === verdict.judged?.code; // an expired certificate has no colour
  if (byRule && verdict.judged?.colour) facts.push(make("p", `card ${verdict.judged.colour}`, word(`card_${verdict.judged.colour}`)));
  if (verdict.accepted && !means.placed) facts.push(make("p", "small", word("no_place")));
  if (verdict.accepted && verdict.judged?.code === "rule_none_applies") facts.push(make("p", "small", sentence("rule_none_applies")));
  facts.push(tellDetails(verdict));
  return facts;
}

function tellPerson({ family, payload }) {
  const { name, latin, birth } = findPerson(family, payload);
  const box = make("div", "person");
  box.append(make("span", "label", word("name")), make("strong", "name", name || latin));
  if (name && latin) box.append(make("span", "latin", latin));
  box.append(make("span", "label", word("born")), make("strong", "birth", tellDay(birth) || "—"));
  return box;
}

function findPerson(family, payload) {
  if (family === "dcc") {
    const { fn = "", gn = "", fnt = "", gnt = "" } = payload.nam;
    const latin = [fnt, gnt].map((part) => part.replaceAll("<", " ").trim());
    return { name: joinWords(fn, gn), latin: joinWords(...latin), birth: payload.dob };
  }
  if (family === "ddcc") return { name: payload.name, latin: "", birth: payload.birthDate ?? payload.birth_date ?? "" };
  if (family === "vdsnc") return { name: "", latin: payload.msg.pid.n, birth: payload.msg.pid.dob ?? "" };
  const patient = payload.vc.credentialSubject.fhirBundle.entry?.map((entry) => entry?.resource).find((one) => one?.resourceType === "Patient");
  const given = patient?.name?.[0] ?? {};
  return { name: given.text ?? joinWords(given.family, ...(given.given ?? [])), latin: "", birth: patient?.birthDate ?? "" };
}

const joinWords = (...parts) => parts.filter((part) => typeof part === "string" && part.trim()).map((part) => part.trim()).join(" ");

function tellDetails({ family, payload, issuer }) {
  const rows = [];
  const entry = family === "dcc" ? payload[DOSE_GROUPS.find((group) => payload[group]?.length)]?.[0] : null;
  if (entry?.dt) {
    rows.push([word("vaccine"), DATA.products[entry.mp] ?? entry.mp]);
    rows.push([word("dose"), word("dose_of", { dose: entry.dn, series: entry.sd, day: tellDay(entry.dt) })]);
  }
  if (entry?.sc) rows.push([word("test"), tellDay(entry.sc)]);
  if (entry?.fr) rows.push([word("recovery"), word("valid_from_to", { from: tellDay(entry.df), to: tellDay(entry.du) })]);
  const country = DATA.countries[issuer]?.[getLanguage()] ?? issuer;
  rows.push([word("issuer"), entry?.is ? `${entry.is} (${country})` : country]);
  if (entry?.ci) rows.push([word("identifier"), entry.ci]);
  return makeTable(rows);
}

function tellUnsigned(card) {
  const facts = [make("p", "compare strong", word("compare_card"))];
  if (!card) return facts;
  const box = make("div", "person");
  box.append(make("span", "label", word("name")), make("strong", "name", card.name));
  box.append(make("span", "label", word("born")), make("strong", "birth", card.birth.includes("*") ? card.birth : tellDay(card.birth)));
  facts.unshift(box);
  const rows = [[word("number"), card.number], [word("sex"), SEXES[card.sex] ?? card.sex], [word("address"), card.address]];
  facts.push(makeTable(rows.filter(([, value]) => value)));
  if (card.declaredByOther) facts.push(make("p", "small", word("declared_by_other")));
  return facts;
}

function tellSteps(verdict) {
  const box = make("details", "steps");
  const list = make("ol", "");
  for (const { stage, ok, code } of verdict.stages) {
    const step = make("li", ok === null ? "open" : ok ? "yes" : "no");
    const said = word(ok === null ? "unchecked" : ok ? "yes" : "no");
    step.append(make("b", "", word(`step_${stage.replaceAll(" ", "_")}`)), make("span", "", said));
    if (ok !== null && code !== OK) step.append(make("p", "small", sentence(code)));
    list.append(step);
  }
  box.append(make("summary", "", word("steps")), list);
  return box;
}

const tellTime = (took) => make("p", "small took", word("took", { milliseconds: Math.max(1, Math.round(took)) }));

function makeTable(rows) {
  const table = make("dl", "details");
  for (const [name, value] of rows) table.append(make("dt", "", name), make("dd", "", String(value)));
  return table;
}

function make(tag, kind, text = "") {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.textContent = text;
  return element;
}
