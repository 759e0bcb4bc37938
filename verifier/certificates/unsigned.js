// What people carry besides certificates: the QR of the chip identity card, and the personal one of QĐ 1405.
// Source: QĐ 1405/QĐ-BTTTT (personal QR 1.1); the card's text as public readers have it. Nobody has signed either.
import { strip } from "./bytes.js";

const TWELVE = /^[0-9]{12}$/;
const NINE = /^[0-9]{9}$/;
const PERSONAL_BIRTH = /^[0-9*]{4}-[0-9*]{2}-[0-9*]{2}$/;
const LETTERS = /\p{L}/u;
const MISREAD = /[\u00c2-\u00f4][\u0080-\u00bf]|\u00e1\u00ba|\u00e1\u00bb/;

/** Give what an unsigned text says of a person, as it is written, null where it is none of these. Nothing is proved. */
export function readUnsigned(text) {
  const parts = repair(strip(text)).split("|").map(strip);
  if (parts.length < 4) return null;
  if (parts[0].includes("*") || PERSONAL_BIRTH.test(parts[2])) return readPersonal(parts);
  return TWELVE.test(parts[0]) ? readCard(parts) : null;
}

/** Identity card: number, older number or nothing, name, birth date, sex, address, day of issue; the second may lack. */
function readCard([number, second, ...more]) {
  const lacks = second && !NINE.test(second) && LETTERS.test(second);
  const [name = "", birth = "", sex = "", address = ""] = lacks ? [second, ...more] : more;
  return { kind: "card", number, name, birth: readDay(birth), sex, address };
}

/** Personal QR: number of a paper (masked), name without marks, birth date (masked), who declared it, an identifier. */
function readPersonal([number, name = "", birth = "", declared = ""]) {
  return { kind: "personal", number, name, birth, sex: "", address: "", declaredByOther: declared === "1" };
}

/** Give a day written ddmmyyyy or dd/mm/yyyy as yyyy-mm-dd, anything else as it is. */
function readDay(text) {
  const parts = /^([0-9]{2})[/.-]?([0-9]{2})[/.-]?([0-9]{4})$/.exec(text);
  return parts ? `${parts[3]}-${parts[2]}-${parts[1]}` : text;
}

/** Mend a text whose UTF-8 a reader took for single letters. */
function repair(text) {
  if (!MISREAD.test(text) || /[^\0-\u00ff]/.test(text)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(text, (sign) => sign.charCodeAt(0)));
  } catch {
    return text;
  }
}
