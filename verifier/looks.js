// How a verdict looks: which large word, which tone, which picture. Never colour alone.
//
// good: genuine, in time, enough here. stop: genuine perhaps, but not enough or nobody can tell. bad: not to be trusted.
// look: nobody has signed it; eyes have to decide.

const BY_CODE = {
  cert_not_signed: ["look", "word_unsigned"],
  cert_family_unknown: ["look", "word_other"],
  cert_picture_empty: ["look", "word_broken"],
  cert_file_unreadable: ["look", "word_broken"],
  cert_chunk_missing: ["look", "word_broken"],
  cert_base45: ["bad", "word_broken"],
  cert_compression: ["bad", "word_broken"],
  cert_signature: ["bad", "word_forged"],
  cert_key_unknown: ["bad", "word_unknown"],
  cert_revoked: ["bad", "word_revoked"],
  cert_expired: ["stop", "word_expired"],
  cert_not_yet: ["stop", "word_not_yet"],
  trust_list_too_old: ["stop", "word_open"],
  cert_revoked_old: ["stop", "word_open"],
  rule_not_met: ["stop", "word_rule"],
  card_kind: ["stop", "word_rule"],
  cert_rule_family: ["stop", "word_rule"],
};

/** Give tone and word of a verdict; `sure` tells whether clock and lists allow to accept anybody. */
export function findLook(verdict, { sure, placed }) {
  if (verdict.accepted) {
    if (!sure) return { tone: "stop", word: "word_open" };
    return { tone: "good", word: placed ? "word_accepted" : "word_genuine" };
  }
  const [tone, word] = BY_CODE[verdict.code] ?? ["bad", "word_refused"];
  if (verdict.judged?.outcome === "open" && verdict.code === verdict.judged.code) return { tone: "stop", word: "word_open" };
  return { tone, word };
}

/** Tell whether what a certificate says of a person may be shown: somebody who is trusted has written it. */
export const isProved = (verdict) => verdict.stages[0].ok === true && verdict.stages[1].ok === true;

const NS = "http://www.w3.org/2000/svg";
const SHAPES = {
  good: ["M32 4a28 28 0 1 0 0 56 28 28 0 0 0 0-56Z", "m19 33 9 9 18-20"],
  stop: ["M32 5 61 57H3Z", "M32 24v16m0 8v.5"],
  bad: ["M21 4h22l17 17v22L43 60H21L4 43V21Z", "m22 22 20 20m0-20L22 42"],
  look: ["M8 14h48a4 4 0 0 1 4 4v28a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V18a4 4 0 0 1 4-4Z", "M20 34a6 6 0 1 0 0-12 6 6 0 0 0 0 12Zm-9 9c2-6 16-6 18 0m8-17h14m-14 8h10"],
};

/** Give the picture of a tone: a shape of its own for each. */
export function drawIcon(tone) {
  const drawn = document.createElementNS(NS, "svg");
  drawn.setAttribute("viewBox", "0 0 64 64");
  SHAPES[tone].forEach((line, place) => {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", line);
    path.setAttribute("class", place ? "sign" : "shape");
    drawn.append(path);
  });
  return drawn;
}
