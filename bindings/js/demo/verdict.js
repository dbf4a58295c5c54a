// A decision in plain words.
export const TIERS = [null, "the hash of the picture, or of a part of it (tier 1)", "un-cropping: it may be a part of the original (tier 2)", "keypoints (tier 3)"];

const SURE = (rate) => {
  const power = Math.floor(-Math.log10(Math.max(rate, 1e-30)));
  return power < 1 ? "" : ` By chance fewer than one stranger in ${power >= 12 ? "a million million" : (10 ** power).toLocaleString("en")} looks so alike.`;
};

/** {found, short, words}: `what` names whom it was compared with. */
export function verdictOf(decision, what = "the list") {
  switch (decision.verdict) {
    case "match": return { found: true, short: "Found", words: `Found: this shows a picture of ${what}.${SURE(decision.rate)}` };
    case "shares a part": return { found: false, short: "Only a part", words: `It shares a part with a picture of ${what}; the rest is other. An app must not act on that.` };
    case "unconfirmed": return { found: false, short: "Not proven", words: `It is near a picture of ${what}, but its details are not where they should be. An app must not act on that.` };
    case "too flat": return { found: false, short: "Too plain", words: "It has too little detail to be told from others." };
    case "negated": return { found: false, short: "Not found", words: `It is near what ${what} names as harmless.` };
    default: return { found: false, short: "Not found", words: `Not found: nothing in it is known from ${what}.` };
  }
}

/** What a decision rests on, for those who ask: [term, text]. */
export function evidenceOf(decision) {
  if (decision.entry === null) return [["quality of the picture", `${decision.quality} of 100`]];
  const rows = [["found by", TIERS[decision.tier]]];
  if (decision.distance !== null) rows.push(["distance of the hashes", `${decision.distance} of 256 bits`]);
  if (decision.where) rows.push(["seen", `${decision.where.orientation}${decision.where.inverted ? ", dark and light exchanged" : ""}`]);
  if (decision.confirmed) rows.push(["confirmed by keypoints", `${decision.confirmed}${decision.proof === null ? "" : `, ${decision.proof.toFixed(1)} nats`}`]);
  rows.push(["false-match rate", decision.rate.toExponential(1)]);
  if (decision.frames > 1) rows.push(["frames", `${decision.agreeing} of ${decision.frames} agree`]);
  if (decision.span) rows.push(["when", `${decision.span.map((t) => (t / 1000).toFixed(1)).join(" to ")} s`]);
  rows.push(["quality of the picture", `${decision.quality} of 100`]);
  return rows;
}
