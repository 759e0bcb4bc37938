// The coloured cards of provinces, as the library's data have them, as rules that acceptance.js judges.
import { DATA } from "./data.js";
import { makeRule, makeRuleSet } from "./rule_sets.js";

const UTC_HOURS = 7; // Viet Nam, without summer time

/** Give all cards, drafts too, in the order of their province and first day. */
export const listCards = () => DATA.cards;

/**
 * Give the rules of a province by its code of 2021; a province without any has a set without cards.
 *
 * The card of the day that is judged counts. Drafts were never in force: they are for trying out and for training.
 */
export function loadPlaceRules(province, { least = "green", drafts = false } = {}) {
  const cards = DATA.cards
    .filter((card) => card.province === province && (drafts || card.status === "in_force"))
    .map((card) => ({ ...card, ways: card.ways.map((way) => ({ ...way, rules: way.rules.map(makeRule) })) }));
  return makeRuleSet({ valueSets: DATA.valueSets, country: "VN", utcHours: UTC_HOURS, cards, least });
}
