// How old what is known may be, and how far clocks may differ. In milliseconds.

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

// A list that nobody could renew for a week has lost its word; a long weekend has four days.
export const FRESH = 7 * DAY; // for a list that does not say itself when it ends

// By so much two clocks may differ: a phone set to a neighbour's time zone.
export const CLOCKS = HOUR;
