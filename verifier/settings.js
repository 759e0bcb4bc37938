// What this phone was set to: language, place, sound. Nothing of anybody who was checked is ever kept.

const NAME = "xacthuc-gate";
const PLAIN = { language: "vi", province: "", least: "green", drafts: false, ruleDay: "", sound: true, clock: 0 };

export const settings = { ...PLAIN, ...read() };

/** Change settings and keep them. */
export function change(said) {
  Object.assign(settings, said);
  try {
    localStorage.setItem(NAME, JSON.stringify(settings));
  } catch {
    // a browser that keeps nothing: the settings hold until the page is closed
  }
}

function read() {
  try {
    const said = JSON.parse(localStorage.getItem(NAME)) ?? {};
    return Object.fromEntries(Object.keys(PLAIN).filter((name) => typeof said[name] === typeof PLAIN[name]).map((name) => [name, said[name]]));
  } catch {
    return {};
  }
}
