// Whether the clock of this phone can be believed.
//
// 1 a server that lists come from says what time it is
// 2 time never goes back from one visit to the next
// 3 while the page is open, a clock that was set differs from one that only runs
// 4 a list cannot be dated after now.
import { CLOCKS, HOUR } from "./certificates/times.js";
import { change, settings } from "./settings.js";
import { word } from "./words.js";

const opened = Date.now() - performance.now();
let server = null; // how far the server's clock is ahead, in milliseconds

/** Take the moment that a server says it is. */
export function hearServer(moment) {
  if (!Number.isNaN(moment)) server = moment - Date.now();
}

/** Remember that this moment was reached, unless the clock is known to be wrong. */
export function remember(asOf) {
  if (!findShift(asOf)) change({ clock: Math.max(settings.clock, Date.now()) });
}

/** Give what is wrong with the clock: a sentence, null for nothing. `asOf` is the date of the newest list. */
export function tellClock(asOf) {
  const found = findShift(asOf);
  if (!found) return null;
  if (!found.by) return word("clock_back");
  const hours = Math.round(Math.abs(found.by) / HOUR);
  return word("clock_wrong", { shift: hours < 48 ? word("span_hours", { count: hours }) : word("span_days", { count: Math.round(hours / 24) }) });
}

function findShift(asOf) {
  if (server !== null) return Math.abs(server) > CLOCKS ? { by: server } : null; // 1: it knows best
  if (settings.clock - Date.now() > CLOCKS) return { by: 0 }; // 2
  const set = Date.now() - performance.now() - opened; // 3
  if (Math.abs(set) > CLOCKS) return { by: set };
  return asOf !== null && asOf - Date.now() > CLOCKS ? { by: asOf - Date.now() } : null; // 4
}
