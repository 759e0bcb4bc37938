// How old what is known may be, and how far clocks may differ. In milliseconds.

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

// A list that nobody could renew for a week has lost its word; a long weekend has four days.
export const FRESH = 7 * DAY; // for a list that does not say itself when it ends

// By so much two clocks may differ: a phone set to a neighbour's time zone.
export const CLOCKS = HOUR;

/** Tell whether a list is too old: by the end that it names, else by its date; one without either is not. */
export function isOld(asOf, expires, { at, fresh = FRESH }) {
  if (expires !== null) return at > expires;
  return asOf !== null && at - asOf > fresh;
}

/** Tell whether a list is dated after the clock, by more than clocks may differ. */
export const isAhead = (asOf, { at }) => asOf !== null && asOf - at > CLOCKS;
