// JSON in which each name stands once and numbers are finite, as signed texts need it.
import { Float } from "./cbor.js";

const DEPTH = 64; // nested lists and maps; a health card has some fifteen
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS = [["true", true], ["false", false], ["null", null]];

/**
 * Read JSON; throws SyntaxError where it is none, where a name stands twice in a map, or where it nests too deeply.
 *
 * Maps have no prototype. With `floats` a number that is written as a fraction is a Float, so that 1 and 1.0 differ.
 */
export function readJson(text, { floats = false } = {}) {
  const reader = new Reader(text, floats);
  const value = reader.read(DEPTH);
  reader.match(SPACE);
  if (reader.at !== text.length) throw new SyntaxError();
  return value;
}

class Reader {
  constructor(text, floats) {
    Object.assign(this, { text, floats, at: 0 });
  }

  read(depth) {
    this.match(SPACE);
    const sign = this.text[this.at];
    if (sign === '"') return JSON.parse(this.match(STRING)[0]);
    if (sign === "{" || sign === "[") {
      if (depth === 0) throw new SyntaxError();
      this.at += 1;
      return sign === "{" ? this.readMap(depth - 1) : this.readList(depth - 1);
    }
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.readNumber(this.match(NUMBER));
  }

  readNumber([text, fraction, exponent]) {
    const value = Number(text);
    if (fraction === undefined && exponent === undefined) return Number.isSafeInteger(value) ? value : BigInt(text);
    return this.floats ? new Float(value) : value;
  }

  readList(depth) {
    const list = [];
    if (this.takes("]")) return list;
    do list.push(this.read(depth));
    while (this.takes(","));
    if (!this.takes("]")) throw new SyntaxError();
    return list;
  }

  readMap(depth) {
    const map = Object.create(null);
    if (this.takes("}")) return map;
    do {
      this.match(SPACE);
      const name = JSON.parse(this.match(STRING)[0]);
      if (name in map || !this.takes(":")) throw new SyntaxError();
      map[name] = this.read(depth);
    } while (this.takes(","));
    if (!this.takes("}")) throw new SyntaxError();
    return map;
  }

  takes(sign) {
    this.match(SPACE);
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  match(form) {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (!found) throw new SyntaxError();
    this.at = form.lastIndex;
    return found;
  }
}
