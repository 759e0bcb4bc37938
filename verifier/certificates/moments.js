// Dates and times as CertLogic reads and moves them: always UTC, to the millisecond.
// Source: CertLogic 1.3.3, `plusTime` and `dccDateOfBirth`; months and years are added as ECMAScript's Date does.

export const UNITS = ["year", "month", "day", "hour"];
const PARTIAL = /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/;
const FULL = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:Z|([+-])([0-9]{1,2})(?::?([0-9]{2}))?)?$/;
const LONGEST = 64; // letters of a date and time: its longest useful form has 29, decimals may follow without number
const MINUTE = 60_000;

/**
 * Give the moment of a date, a partial date or a date with time; null where it is none.
 *
 * A partial date is its last day, a date is its midnight, a time without offset is UTC, decimals beyond the third are
 * dropped. Years 0001 to 9999. A leap second and 24:00 are no times here.
 */
export function readMoment(text) {
  if ([...text].length > LONGEST) return null;
  const full = FULL.exec(text);
  if (!full) return readBirthDate(text);
  const [year, month, day, hour, minute, second] = full.slice(1, 7).map(Number);
  const [offsetHours, offsetMinutes] = [Number(full[9] ?? 0), Number(full[10] ?? 0)];
  if (offsetHours > 23 || offsetMinutes > 59 || hour > 23 || minute > 59 || second > 59) return null;
  const date = makeDay(year, month, day);
  if (!date) return null;
  const milliseconds = Number((full[7] ?? "0").padEnd(3, "0").slice(0, 3));
  const offset = (full[8] === "-" ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * MINUTE;
  return keep(date.getTime() + (hour * 60 + minute) * MINUTE + second * 1000 + milliseconds - offset);
}

/** Give the last day that a date or partial date allows, at midnight; null where it is no date. */
export function readBirthDate(text) {
  const partial = PARTIAL.exec(text);
  if (!partial) return null;
  const year = Number(partial[1]);
  const month = Number(partial[2] ?? 12);
  if (partial[3]) return makeDay(year, month, Number(partial[3]));
  return makeDay(year, month, [31, 30, 29, 28].find((last) => makeDay(year, month, last)) ?? 0);
}

/**
 * Give the moment so many units later, or earlier where the amount is negative; null beyond years 1 to 9999.
 *
 * A day that the month does not have runs over into the next month: 2020-02-29 and a year is 2021-03-01.
 */
export function addTime(moment, amount, unit) {
  const made = new Date(moment);
  if (unit === "day") made.setUTCDate(made.getUTCDate() + amount);
  if (unit === "hour") made.setTime(made.getTime() + amount * 60 * MINUTE);
  if (unit === "month") made.setUTCMonth(made.getUTCMonth() + amount);
  if (unit === "year") made.setUTCFullYear(made.getUTCFullYear() + amount);
  return keep(made.getTime());
}

export function makeDay(year, month, day) {
  const made = new Date(0);
  made.setUTCFullYear(year, month - 1, day);
  const real = year > 0 && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
  return real ? made : null;
}

function keep(milliseconds) {
  const moment = new Date(milliseconds);
  const year = moment.getUTCFullYear();
  return year >= 1 && year <= 9999 ? moment : null;
}
