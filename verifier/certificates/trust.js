// Whom a verifier trusts: the list of signing certificates, and the state machine that keeps it.
//
// The machine does no input or output: it is given what was fetched and the moment, and gives the next state.
import { toHex } from "./bytes.js";
import { ListRefused, nameKey } from "./signed.js";
import { isAhead, isOld } from "./times.js";

// What a holder of a list can be, and what moves it. Whatever is refused leaves everything as it is.
// empty: no list yet; fresh: to be used; stale: too old to accept anybody by; behind: the clock is before its date.
// Only a newer list ends "stale": a clock that is set back makes no list younger.
const TRANSITIONS = {
  empty: { newer: "fresh" },
  fresh: { newer: "fresh", same: "fresh", aged: "stale", "clock back": "behind" },
  stale: { newer: "fresh", same: "stale" },
  behind: { newer: "fresh", same: "behind", aged: "stale", "clock right": "fresh" },
};
const AGES = { trust_list_too_old: "aged", trust_list_ahead: "clock back" };

/** The signing certificates that a list names; presence on it is their validity. Moments are milliseconds, or null. */
export class TrustList {
  constructor(certificates, { asOf = null, expires = null, unread = 0, revocationKeys = [] } = {}) {
    Object.assign(this, { certificates, asOf, expires, unread, revocationKeys });
    this.byKid = new Map();
    for (const one of certificates) {
      const name = toHex(one.kid);
      this.byKid.set(name, [...(this.byKid.get(name) ?? []), one]);
    }
  }

  /** Give every certificate with a kid, in the order of the list: eight bytes may be those of several. */
  find(kid) {
    return this.byKid.get(toHex(kid)) ?? [];
  }
}

/** Give the code of what is wrong with the age of a trust list, null for nothing. */
export function judgeAge(list, { at }) {
  if (isOld(list.asOf, list.expires, { at })) return "trust_list_too_old";
  if (list.asOf === null && list.expires === null) return "trust_list_undated";
  return isAhead(list.asOf, { at }) ? "trust_list_ahead" : null;
}

export const startTrust = (root) => ({ root, standing: "empty", version: 0, sha256: "", list: null });

/**
 * Give the state after a list has come in; throws ListRefused, and then the state is the old one.
 *
 * 1 the chain of roots leads from the root that is trusted to the one that signed
 * 2 the version is not lower than the held one
 * 3 a list of the same version says the same
 * 4 it is not out of date.
 */
export async function receive(state, offer, { at }) {
  const root = await nameKey(state.root);
  const named = await Promise.all(offer.roots.map(nameKey));
  if (!named.includes(root)) throw new ListRefused("list_key_unknown"); // 1
  if (offer.version < state.version) throw new ListRefused("list_backwards"); // 2
  const same = offer.version === state.version;
  if (same && offer.sha256 !== state.sha256) throw new ListRefused("list_forked"); // 3
  if (judgeAge(offer.list, { at }) === "trust_list_too_old") throw new ListRefused("trust_list_too_old"); // 4
  const standing = TRANSITIONS[state.standing][same ? "same" : "newer"];
  const { version, sha256, list } = offer;
  return look({ root: offer.roots.at(-1), standing, version, sha256, list }, { at });
}

/** Give the state at a moment: lists age, and clocks are set back and right again. */
export function look(state, { at }) {
  if (!state.list || state.standing === "stale") return state;
  const event = AGES[judgeAge(state.list, { at })] ?? "clock right";
  return { ...state, standing: TRANSITIONS[state.standing][event] ?? state.standing };
}
