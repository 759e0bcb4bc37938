// The words of the page in the language that was chosen.
import { getCode, TEXTS } from "./certificates/data.js";

export const LANGUAGES = ["vi", "en"];
let language = "vi";

export const getLanguage = () => language;

/** Set the language, and write all words that stand in the page itself. */
export function setLanguage(wanted) {
  language = LANGUAGES.includes(wanted) ? wanted : "vi";
  document.documentElement.lang = language;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  document.getElementById("language").lang = language === "vi" ? "en" : "vi";
}

/** Give a word of the page, with its gaps filled. */
export function word(name, gaps = {}) {
  const text = TEXTS.words[name][language];
  return text.replace(/\{(\w+)\}/g, (_, gap) => gaps[gap]);
}

/** Give the sentence of a code. */
export const sentence = (code) => getCode(code)[language];

/** Give a day that is written yyyy-mm-dd, or a part of it, as people here write it. */
export const tellDay = (text) => String(text).slice(0, 10).split("-").reverse().join("/");

/** Give how long ago a moment was. */
export function tellAge(moment, now) {
  const minutes = Math.floor((now - moment) / 60_000);
  if (minutes < -60) return word("ahead");
  if (minutes < 2) return word("now");
  if (minutes < 60) return word("minutes_ago", { count: minutes });
  if (minutes < 48 * 60) return word("hours_ago", { count: Math.floor(minutes / 60) });
  return word("days_ago", { count: Math.floor(minutes / 1440) });
}
