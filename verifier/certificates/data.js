// What the library's dated data say, and the sentences of its codes: both are written by texts.py and served beside us.

const fetchJson = async (name) => (await fetch(new URL(`../${name}`, import.meta.url))).json();

export const [DATA, TEXTS] = await Promise.all([fetchJson("data.json"), fetchJson("texts.json")]);

/** Give the sentence of a code in Vietnamese and in English. */
export function getCode(code) {
  return TEXTS.codes[code] ?? { vi: code, en: code };
}
