// CertLogic 1.3.3: small expressions in JSON that say whether a certificate is enough, without surprises.
//
// An expression is a text, a whole number, true or false, a list of expressions, or a map with one operator:
// var, if, and, !, ===, in, +, <, <=, >, >=, before, after, not-before, not-after, plusTime, dccDateOfBirth,
// extractFromUVCI, reduce. Source: CertLogic specification 1.3.3 (ehn-dcc-development/eu-dcc-business-rules).
import { countSigns } from "./bytes.js";
import { addTime, readBirthDate, readMoment, UNITS } from "./moments.js";
import { isMap } from "./stages.js";

const SEPARATORS = /[/#:]/;
const PREFIX = "URN:UVCI:";
const INDEX = /^[0-9]{1,9}$/;

// Bounds of one evaluation; the largest rule of a European country takes some 200 steps at a depth of 15.
const DEPTH = 64; // operators within operators
export const STEPS = 20_000; // operators, values and members looked at: ten milliseconds
const LETTERS_A_STEP = 16; // of a text that is divided

/** An expression that cannot be evaluated here: `code` says why; nothing of the expression or of the data is said. */
export class CertLogicRefused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Value sets in the data of a rule: asking for one that is missing leaves the rule open. */
export class ValueSets {
  constructor(sets) {
    this.sets = sets;
  }
}

/**
 * Give the value of an expression on data: JSON values both, the value may also be a Date.
 *
 * Throws CertLogicRefused, and nothing else, where
 * - an operator is unknown (certlogic_operator_unknown) or does not have the operands it needs (certlogic_malformed)
 * - a value is not of the kind that its operator works on (certlogic_types)
 * - a text is no date, or a date leaves the years 1 to 9999 (certlogic_date)
 * - it is nested too deeply (certlogic_too_deep) or takes too long (certlogic_too_long).
 * Numbers are whole and such that every engine counts alike. Nothing is in a list that is null. In a `reduce`, `data` is the
 * data outside of it.
 */
export function evaluate(expression, data, { steps = STEPS } = {}) {
  return new Evaluation(steps).value(expression, data, DEPTH);
}

/** Tell whether a value counts as true: empty text, list and map, zero, null and false do not. */
export function isTrue(value) {
  if (value === null || typeof value === "boolean" || typeof value === "string") return Boolean(value);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof ValueSets) return Object.keys(value.sets).length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return whole(value) !== 0;
}

class Evaluation {
  constructor(steps) {
    this.steps = steps;
  }

  spend(steps) {
    this.steps -= steps;
    if (this.steps < 0) refuse("certlogic_too_long");
  }

  value(expression, data, depth) {
    this.spend(1);
    if (typeof expression === "string" || typeof expression === "boolean") return expression;
    if (depth <= 0) refuse("certlogic_too_deep");
    if (Array.isArray(expression)) return expression.map((item) => this.value(item, data, depth - 1));
    if (isMap(expression)) return this.operation(expression, data, depth - 1);
    return whole(expression, "certlogic_malformed");
  }

  operation(expression, data, depth) {
    const names = Object.keys(expression);
    if (names.length !== 1) refuse("certlogic_malformed");
    const operands = expression[names[0]];
    if (names[0] === "var") return this.access(operands, data);
    const operator = OPERATORS.get(names[0]) ?? refuse("certlogic_operator_unknown");
    const [least, most, handle] = operator;
    if (!Array.isArray(operands) || operands.length < least || operands.length > most) refuse("certlogic_malformed");
    return handle(this, operands, data, depth);
  }

  values(operands, data, depth) {
    return operands.map((operand) => this.value(operand, data, depth));
  }

  access(path, data) {
    if (typeof path !== "string") refuse("certlogic_malformed");
    if (path === "") return data;
    let found = data;
    for (const part of path.split(".")) {
      this.spend(1);
      if (part === "") refuse("certlogic_malformed");
      if (found instanceof ValueSets) found = found.sets[part] ?? refuse("certlogic_value_set_missing");
      else if (isMap(found)) found = Object.hasOwn(found, part) ? found[part] : null;
      else if (Array.isArray(found) && INDEX.test(part)) found = found[Number(part)] ?? null;
      else return null;
    }
    return found;
  }

  /** Give the first value that is not true, else the last; what comes after it is not evaluated. */
  conjoin(operands, data, depth) {
    for (const operand of operands.slice(0, -1)) {
      const found = this.value(operand, data, depth);
      if (!isTrue(found)) return found;
    }
    return this.value(operands.at(-1), data, depth);
  }

  contain(operands, data, depth) {
    const [wanted, members] = this.values(operands, data, depth);
    if (members === null) return false;
    if (!Array.isArray(members)) refuse("certlogic_types");
    this.spend(members.length);
    const plain = makePlain(wanted);
    return members.some((member) => makePlain(member) === plain);
  }

  compare(operands, data, depth, order) {
    const numbers = operands.map((operand) => whole(this.value(operand, data, depth)));
    return numbers.every((number, place) => place === 0 || order(numbers[place - 1], number));
  }

  compareMoments(operands, data, depth, order) {
    const moments = this.values(operands, data, depth);
    if (!moments.every((moment) => moment instanceof Date)) refuse("certlogic_types");
    return moments.every((moment, place) => place === 0 || order(moments[place - 1].getTime(), moment.getTime()));
  }

  plusTime([operand, amount, unit], data, depth) {
    if (typeof unit !== "string" || !UNITS.includes(unit)) refuse("certlogic_malformed");
    const number = whole(amount, "certlogic_malformed");
    const moment = readMoment(text(this.value(operand, data, depth)));
    return (moment && addTime(moment, number, unit)) || refuse("certlogic_date");
  }

  extract(operands, data, depth) {
    const index = whole(operands[1], "certlogic_malformed");
    const identifier = this.value(operands[0], data, depth);
    if (identifier === null) return null;
    const bare = text(identifier);
    this.spend(Math.floor(countSigns(bare) / LETTERS_A_STEP));
    const parts = (bare.startsWith(PREFIX) ? bare.slice(PREFIX.length) : bare).split(SEPARATORS);
    return parts[index] ?? null;
  }

  reduce([operand, step, initial], data, depth) {
    const members = this.value(operand, data, depth);
    let found = this.value(initial, data, depth);
    if (members === null) return found;
    if (!Array.isArray(members)) refuse("certlogic_types");
    for (const current of members) found = this.value(step, { accumulator: found, current, data }, depth);
    return found;
  }
}

const ORDERS = {
  less: (a, b) => a < b,
  atMost: (a, b) => a <= b,
  more: (a, b) => a > b,
  atLeast: (a, b) => a >= b,
};
const byNumber = (order) => (run, operands, data, depth) => run.compare(operands, data, depth, order);
const byMoment = (order) => (run, operands, data, depth) => run.compareMoments(operands, data, depth, order);

// Operator: fewest and most operands, and what it does. `var` alone has no list of operands.
const OPERATORS = new Map([
  ["if", [3, 3, (run, [guard, then, otherwise], data, depth) => run.value(isTrue(run.value(guard, data, depth)) ? then : otherwise, data, depth)]],
  ["and", [2, Infinity, (run, operands, data, depth) => run.conjoin(operands, data, depth)]],
  ["!", [1, 1, (run, [operand], data, depth) => !isTrue(run.value(operand, data, depth))]],
  ["===", [2, 2, (run, operands, data, depth) => run.values(operands, data, depth).map(makePlain).every((one, _, all) => one === all[0])]],
  ["in", [2, 2, (run, operands, data, depth) => run.contain(operands, data, depth)]],
  ["+", [2, 2, (run, operands, data, depth) => whole(operands.reduce((sum, operand) => sum + whole(run.value(operand, data, depth)), 0))]],
  ["<", [2, 3, byNumber(ORDERS.less)]],
  ["<=", [2, 3, byNumber(ORDERS.atMost)]],
  [">", [2, 3, byNumber(ORDERS.more)]],
  [">=", [2, 3, byNumber(ORDERS.atLeast)]],
  ["before", [2, 3, byMoment(ORDERS.less)]],
  ["not-after", [2, 3, byMoment(ORDERS.atMost)]],
  ["after", [2, 3, byMoment(ORDERS.more)]],
  ["not-before", [2, 3, byMoment(ORDERS.atLeast)]],
  ["plusTime", [3, 3, (run, operands, data, depth) => run.plusTime(operands, data, depth)]],
  ["dccDateOfBirth", [1, 1, (run, [operand], data, depth) => readBirth(text(run.value(operand, data, depth)))]],
  ["extractFromUVCI", [2, 2, (run, operands, data, depth) => run.extract(operands, data, depth)]],
  ["reduce", [3, 3, (run, operands, data, depth) => run.reduce(operands, data, depth)]],
]);

const readBirth = (written) => (countSigns(written) > 10 ? null : readBirthDate(written)) ?? refuse("certlogic_date");

/** Give a value that can be compared, with its kind, so that 1 and "1" differ; lists, maps and dates cannot be. */
function makePlain(value) {
  if (value === null || typeof value === "boolean") return value;
  return typeof value === "string" ? `s${value}` : whole(value);
}

const text = (value) => (typeof value === "string" ? value : refuse("certlogic_types"));
const whole = (value, code = "certlogic_types") => (Number.isSafeInteger(value) ? value + 0 : refuse(code)); // + 0: there is no -0

function refuse(code) {
  throw new CertLogicRefused(code);
}
