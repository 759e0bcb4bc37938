// What the tests ask the modules of the gate, as text in and text out.

const load = (name) => import(`/certificates/${name}.js`);

async function loadAll(...names) {
  return Promise.all(names.map(load));
}

async function each(said, make) {
  const pairs = Object.entries(said).map(async ([name, one]) => [name, await make(one)]);
  return Object.fromEntries(await Promise.all(pairs));
}

/** Give the verdict on each case. */
export async function judge({ cases, trusts, revoked, rules }) {
  const [bytes, trustFiles] = await loadAll("bytes", "trust_files");
  const [revocation, ruleFiles, signed, { verify }] = await loadAll("revocation", "rule_files", "signed", "verify");
  const openTrust = async ({ text, root }) => {
    return trustFiles.readTrust(bytes.encodeUtf8(text), { root: root && (await signed.readJwk(root)) });
  };
  const openSet = async (one) => {
    return new revocation.RevocationList([await revocation.readSet(bytes.decodeBase64(one), { keys: null })]);
  };
  const opened = {
    trusts: await each(trusts, openTrust),
    revoked: await each(revoked, openSet),
    rules: await each(rules, async (one) => ruleFiles.readRules(JSON.stringify(one))),
  };
  const told = [];
  for (const one of cases) {
    const verdict = await verify(one.text, {
      trust: opened.trusts[one.trust],
      at: Date.parse(one.at),
      revoked: opened.revoked[one.revoked] ?? null,
      rules: opened.rules[one.rules] ?? null,
    });
    told.push(tell(verdict, bytes));
  }
  return told;
}

function tell({ accepted, code, stages, kid, issuer, judged }, { toHex }) {
  return {
    accepted,
    code,
    stages: stages.map((said) => [said.ok, said.code]),
    kid: kid ? toHex(kid) : null,
    issuer,
    reason: judged?.vi ? [judged.vi, judged.en] : null,
  };
}

/** Give the value of each expression, or the code with which it is refused. */
export async function evaluateAll(cases) {
  const { evaluate, CertLogicRefused } = await load("certlogic");
  return cases.map(({ expression, data }) => {
    try {
      const value = evaluate(expression, data);
      return { value: value instanceof Date ? value.toISOString() : value };
    } catch (error) {
      if (!(error instanceof CertLogicRefused)) throw error;
      return { refused: error.code };
    }
  });
}

/** Give the faults of each payload. */
export async function checkAll(payloads) {
  const { checkPayload } = await load("schema");
  return payloads.map((payload) => checkPayload(payload).map(({ code, field }) => [code, field]));
}

/** Give what rules say of each payload. */
export async function acceptAll(cases) {
  const [{ readRules }, { judgeRules }] = await loadAll("rule_files", "acceptance");
  return cases.map(({ rules, payload, issuer, at }) => {
    return judgeRules(payload, { rules: readRules(JSON.stringify(rules)), issuer, at: Date.parse(at) });
  });
}

/** Give why each file of rules is refused, null where it is not. */
export async function refuseAll(texts) {
  const { readRules } = await load("rule_files");
  return texts.map((text) => {
    try {
      readRules(text);
      return null;
    } catch (error) {
      return [error.code, error.rule];
    }
  });
}

/** Give what the table of revocations asks. */
export async function revokeAll({ key, files, parameters, codings, hashes, look_ups: lookUps, refusals, merges }) {
  const [bytes, golomb, revocation, delta, signed] = await loadAll("bytes", "golomb", "revocation", "revocation_delta", "signed");
  const keys = [await signed.readJwk(key)];
  const cut = ({ file, cut, add = "", set = {} }) => {
    const data = bytes.joinBytes(bytes.decodeBase64(files[file]).subarray(0, cut), bytes.fromHex(add));
    for (const [place, value] of Object.entries(set)) data[(Number(place) + data.length) % data.length] = value;
    return data;
  };
  const open = (one) => revocation.readSet(cut(one), { keys });
  const merge = async (one) => {
    const base = await open({ file: one.base });
    const merged = await delta.merge(base, await delta.readDelta(cut(one), { keys }), { keys });
    return { code: null, sha256: bytes.toHex(await bytes.hashBytes(merged.bytes)) };
  };
  const ready = (said) => ({ ...said, signature: bytes.fromHex(said.signature), kid: bytes.fromHex(said.kid ?? "") });
  const told = { parameters: parameters.map(({ nominal }) => golomb.chooseCoding(nominal)), hashes: [], look_ups: [], refusals: [], merges: [] };
  told.codings = codings.map((one) => code(one, { ...golomb, ...bytes }));
  for (const { given } of hashes) {
    told.hashes.push((await revocation.listHashes(ready(given))).map((digest) => bytes.toHex(digest).slice(0, 32)));
  }
  for (const one of lookUps) {
    told.look_ups.push(await new revocation.RevocationList([await open(one)]).contains(ready(one.given)));
  }
  for (const one of refusals) told.refusals.push(await open(one).then(() => null, (error) => error.code));
  for (const one of merges) told.merges.push(await merge(one).catch((error) => ({ code: error.code })));
  return told;
}

/** Give the numbers of a coding, null for a broken one, and the coding of numbers that JavaScript is exact in. */
function code({ bytes, rice, inner }, { CodingBroken, decode, decodeBig, encode, fromHex, toHex }) {
  const data = fromHex(bytes);
  const read = (way) => {
    try {
      return [...way(data, { rice, inner })];
    } catch (error) {
      if (error instanceof CodingBroken) return null;
      throw error;
    }
  };
  const values = read(decodeBig);
  const small = inner <= 50 ? read(decode) : undefined;
  const written = small ? toHex(encode(small, rice)) : null;
  return { values: values && values.map(String), same: small === undefined || String(small) === String(values), written };
}

const PER_TURN = 64; // texts that are checked at a time: signatures are checked beside the page
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/**
 * Flip every bit of a text, and of the signed message in it where it is one of HC1; tell which of them are accepted.
 *
 * `good`: what is said of the text itself, and of its message packed as the flipped ones are.
 */
export async function flipAll({ text, message, trust, at }) {
  const [bytes, { readTrust }, { verify }] = await loadAll("bytes", "trust_files", "verify");
  const means = { trust: await readTrust(bytes.encodeUtf8(trust)), at: Date.parse(at) };
  const signed = message && bytes.fromHex(message);
  const good = (signed ? [text, pack(signed)] : [text]).map(async (one) => {
    const { accepted, code } = await verify(one, means);
    return [accepted, code];
  });
  const told = { good: await Promise.all(good), accepted: [], bits: 0 };
  const decoder = new TextDecoder();
  const inText = flip(bytes.encodeUtf8(text)).map((data) => decoder.decode(data));
  const texts = signed ? [...inText.filter((one) => one.startsWith("HC1:")), ...flip(signed).map(pack)] : inText;
  for (; told.bits < texts.length; told.bits += PER_TURN) {
    const turn = texts.slice(told.bits, told.bits + PER_TURN);
    const verdicts = await Promise.all(turn.map((one) => verify(one, means)));
    verdicts.forEach(({ accepted }, place) => accepted && told.accepted.push(told.bits + place));
  }
  return { ...told, bits: texts.length };
}

function flip(data) {
  return Array.from({ length: 8 * data.length }, (_, bit) => {
    const flipped = data.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    return flipped;
  });
}

/** Give HC1 of a message, packed as it is: one block that is only stored. */
function pack(data) {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const [low, high] = [data.length & 255, data.length >> 8];
  const packed = [0x78, 1, 1, low, high, 255 - low, 255 - high, ...data, b >> 8, b & 255, a >> 8, a & 255];
  let text = "HC1:";
  for (let at = 0; at < packed.length; at += 2) {
    const pair = at + 1 < packed.length;
    const value = pair ? packed[at] * 256 + packed[at + 1] : packed[at];
    text += SIGNS[value % 45] + SIGNS[Math.floor(value / 45) % 45] + (pair ? SIGNS[Math.floor(value / 2025)] : "");
  }
  return text;
}

/** Give what is read in each trust list, or the code with which it is refused. */
export async function readTrusts(lists) {
  const [bytes, { readTrust }, { ListRefused }] = await loadAll("bytes", "trust_files", "signed");
  const tellOne = ({ kid, country, usages, algorithm }) => [bytes.toHex(kid), country, [...usages].sort(), algorithm];
  const tellList = async (text) => {
    try {
      const { certificates, asOf, expires, unread } = await readTrust(bytes.decodeBase64(text));
      return { moments: [asOf, expires], unread, certificates: certificates.map(tellOne) };
    } catch (error) {
      if (!(error instanceof ListRefused)) throw error;
      return { code: error.code };
    }
  };
  return Promise.all(lists.map(tellList));
}
