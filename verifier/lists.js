// The lists that this phone holds: root key, trust list, revocations. Fetched where there is a network, checked, kept.
//
// A list that is refused leaves the one in use as it is. The root key of the first visit is held on to.
import { CertificateUnusable } from "./certificates/keys.js";
import { NoCoding } from "./certificates/bytes.js";
import { readSet, RevocationList } from "./certificates/revocation.js";
import { checkSuccessor, merge, readDelta } from "./certificates/revocation_delta.js";
import { ListRefused, readJwk } from "./certificates/signed.js";
import { look, receive, startTrust, TrustList } from "./certificates/trust.js";
import { readOffer } from "./certificates/trust_document.js";
import { hearServer } from "./clock.js";

const CACHE = "xacthuc-lists";
const FOLDER = "lists/";
const SETS = 50; // of revocations; a country has one

/** Give what is held, read anew and checked. */
export async function openLists(now) {
  const lists = new Lists(await caches.open(CACHE));
  await lists.read(now);
  return lists;
}

class Lists {
  constructor(cache) {
    Object.assign(this, { cache, state: null, sets: new Map(), demonstration: false, refused: null });
  }

  /** Give whom to trust at a moment; a list that has grown old stays old, whatever the clock says later. */
  trust(now) {
    if (!this.state?.list) return new TrustList([]);
    this.state = look(this.state, { at: now });
    const { list, standing } = this.state;
    return standing === "stale" ? new TrustList([], { asOf: list.asOf, expires: 0 }) : list;
  }

  get revoked() {
    return this.sets.size ? new RevocationList([...this.sets.values()]) : null;
  }

  get asOf() {
    return this.state?.list?.asOf ?? null;
  }

  /** Read what is held. */
  async read(now) {
    const root = await this.held("root.json");
    if (!root) return;
    this.state = startTrust(await readJwk(JSON.parse(new TextDecoder().decode(root))));
    await this.attempt(async () => this.takeTrust(await this.held("trust.json"), now));
    const index = await this.held("index.json");
    if (index) await this.attempt(async () => this.takeSets(JSON.parse(new TextDecoder().decode(index)), (file) => this.held(file)));
  }

  /** Fetch what is new; gives whether a server answered. */
  async update(now) {
    this.refused = null;
    const index = await fetchList("index.json");
    if (!index) return false;
    await this.attempt(async () => {
      if (!this.state) await this.begin();
      const trust = await fetchList("trust.json");
      await this.takeTrust(trust, now);
      await this.keep("trust.json", trust);
      await this.takeSets(JSON.parse(new TextDecoder().decode(index)), fetchList, { keep: true });
      await this.keep("index.json", index);
    });
    return true;
  }

  async begin() {
    const root = await fetchList("root.json");
    if (!root) throw new ListRefused("list_damaged");
    this.state = startTrust(await readJwk(JSON.parse(new TextDecoder().decode(root))));
    await this.keep("root.json", root);
  }

  async takeTrust(bytes, now) {
    if (!bytes) throw new ListRefused("list_damaged");
    const offer = await readOffer(bytes, { root: this.state.root });
    try {
      this.state = await receive(this.state, offer, { at: now });
    } catch (error) {
      const old = error instanceof ListRefused && error.code === "trust_list_too_old";
      if (!old || this.state.list) throw error;
      const { version, sha256, list } = offer; // held from before: too old to accept anybody by, and said so
      this.state = { ...this.state, standing: "stale", version, sha256, list };
    }
  }

  async takeSets(index, give, { keep = false } = {}) {
    this.demonstration = index.demonstration === true;
    const keys = this.state.list?.revocationKeys ?? [];
    for (const { file, number, deltas = [] } of index.sets.slice(0, SETS)) {
      const known = this.sets.get(file);
      if (known && known.header.number >= number) continue;
      const set = (known && (await takeDeltas(known, { number, deltas, give, keys }))) ?? (await takeWhole(file, { give, keys }));
      if (known) checkSuccessor(known, set.header);
      this.sets.set(file, set);
      if (keep) await this.keep(file, set.bytes);
    }
  }

  async held(name) {
    const found = await this.cache.match(FOLDER + name);
    return found ? new Uint8Array(await found.arrayBuffer()) : null;
  }

  async keep(name, bytes) {
    await this.cache.put(FOLDER + name, new Response(bytes));
  }

  async attempt(action) {
    try {
      await action();
    } catch (error) {
      const broken = [NoCoding, CertificateUnusable, SyntaxError, TypeError].some((kind) => error instanceof kind);
      if (!broken && !(error instanceof ListRefused)) throw error;
      this.refused = error instanceof ListRefused ? error.code : "list_damaged";
    }
  }
}

async function takeWhole(file, { give, keys }) {
  const bytes = await give(file);
  if (!bytes) throw new ListRefused("revocation_damaged");
  return readSet(bytes, { keys });
}

/** Give the set of a number from the one that is held, by its deltas; null where that does not lead there. */
async function takeDeltas(known, { number, deltas, give, keys }) {
  const ahead = deltas.filter((delta) => delta.number > known.header.number && delta.number <= number);
  if (ahead.length !== number - known.header.number) return null;
  let set = known;
  try {
    for (const { file } of ahead.sort((a, b) => a.number - b.number)) {
      const bytes = await give(file);
      if (!bytes) return null;
      set = await merge(set, await readDelta(bytes, { keys }), { keys });
    }
  } catch (error) {
    if (error instanceof ListRefused) return null; // the whole set will say what is wrong
    throw error;
  }
  return set.header.number === number ? set : null;
}

async function fetchList(name) {
  try {
    const answer = await fetch(FOLDER + name, { cache: "no-store" });
    hearServer(Date.parse(answer.headers.get("Date")));
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null; // no network
  }
}
