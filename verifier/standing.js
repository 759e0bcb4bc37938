// What the page knows, always in view: how fresh the lists are, whose rules count, whether it works without a network.
import { DATA } from "./certificates/data.js";
import { loadPlaceRules } from "./certificates/place_rules.js";
import { settings } from "./settings.js";
import { sentence, tellAge, tellDay, word } from "./words.js";

const byId = (name) => document.getElementById(name);

/** Give the rules of the place that was chosen, null for none. */
export function findRules() {
  if (!settings.province) return null;
  return loadPlaceRules(settings.province, { least: settings.least, drafts: settings.drafts });
}

export const findProvince = () => DATA.provinces.find(({ code }) => code === settings.province) ?? null;

/** Write the strip at the foot of the page, and the two notes above. */
export function showStanding(lists, { now, offline, clock }) {
  const place = findProvince();
  const parts = [
    tellList(word("trust"), lists.state?.list, now),
    tellList(word("revocations"), lists.revoked && { asOf: lists.revoked.completeAsOf, expires: lists.revoked.expires }, now),
    tell(word("place"), place ? place.name : word("place_none"), place ? "good" : "dim"),
  ];
  const ready = make("p", offline ? "offline ready" : "offline", word(offline ? "offline_ready" : "offline_preparing"));
  const list = make("dl", "");
  list.append(...parts.flat());
  byId("standing").replaceChildren(list, ready);
  const alarm = clock ?? (lists.state?.list ? (lists.refused ? `${word("lists_refused")} ${sentence(lists.refused).replace(" {name}", "")}` : null) : word("lists_missing"));
  show(byId("alarm"), alarm);
  const day = settings.province && settings.ruleDay ? word("rule_day_other", { day: tellDay(settings.ruleDay) }) : null;
  show(byId("note"), [day, lists.demonstration ? word("demonstration") : null].filter(Boolean).join(" · ") || null);
}

function tellList(name, list, now) {
  if (!list) return tell(name, word("none"), "old");
  if (list.expires !== null && now > list.expires) return tell(name, word("too_old"), "old");
  return tell(name, tellAge(list.asOf, now), "good");
}

function tell(name, value, kind) {
  return [make("dt", "", name), make("dd", kind, value)];
}

function show(element, text) {
  element.hidden = !text;
  if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
}

function make(tag, kind, text) {
  const element = document.createElement(tag);
  element.className = kind;
  element.textContent = text ?? "";
  return element;
}
