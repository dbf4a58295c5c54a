// What a release says of itself, for people: who signed, which log, which witnesses, how fresh. Only what the core has verified
// before is read here.
const text = (bytes) => new TextDecoder().decode(bytes);
const fromBase64 = (word) => Uint8Array.from(atob(word), (c) => c.charCodeAt(0));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A note's text, and its signature lines as {name, id, signature}. */
function noteOf(bytes) {
  const whole = text(bytes);
  const at = whole.lastIndexOf("\n\n");
  const lines = whole.slice(at + 2).split("\n").filter(Boolean);
  const signatures = lines.map((line) => {
    const [, name, word] = line.split(" ");
    const data = fromBase64(word);
    return { name, id: hex(data.slice(0, 4)), signature: data.slice(4) };
  });
  return { lines: whole.slice(0, at + 1).split("\n").filter(Boolean), signatures };
}

const wordsOf = (lines, first) => lines.filter((line) => line.startsWith(`${first} `)).map((line) => line.split(" ").slice(1));
const keyOf = (vkey) => ({ name: vkey.split("+")[0], id: vkey.split("+")[1] });

/** The lines of one block of a policy, up to the next. */
function blockOf(lines, name) {
  const start = lines.indexOf(`--- ${name}`) + 1;
  const end = lines.findIndex((line, i) => i >= start && line.startsWith("--- "));
  return lines.slice(start, end < 0 ? lines.length : end);
}

function ruleOf(block) {
  const keys = wordsOf(block, "witness").map(([, vkey]) => keyOf(vkey));
  const quorum = wordsOf(block, "quorum")[0]?.[0];
  const groups = wordsOf(block, "group");
  const [group] = groups;
  const plain = groups.length === 1 && group[0] === quorum && group.length === keys.length + 2;
  const needed = quorum === "none" ? 0 : plain ? { all: keys.length, any: 1 }[group[1]] ?? Number(group[1]) : null;
  return { keys, needed };
}

function trusted(files, trust, policyVersion) {
  const lines = text(trust).split("\n");
  const policy = files[`policy-${policyVersion}`];
  if (policyVersion === null || !policy) return { endorse: { keys: wordsOf(lines, "endorser").map(([vkey]) => keyOf(vkey)), needed: Number(wordsOf(lines, "quorum")[0]?.[0]) }, witnesses: null, maxAge: null };
  const inside = noteOf(policy).lines;
  return { endorse: ruleOf(blockOf(inside, "endorse")), witnesses: ruleOf(blockOf(inside, "log")), maxAge: Number(wordsOf(inside, "max-age")[0][0]) };
}

/** The log's checkpoint and who cosigned it when. */
function logOf(proof, witnesses) {
  if (!proof) return null;
  const whole = text(proof);
  const { lines, signatures } = noteOf(new TextEncoder().encode(whole.slice(whole.indexOf("\n\n") + 2)));
  const known = witnesses?.keys ?? [];
  const seen = signatures.filter(({ name, id }) => known.some((key) => key.name === name && key.id === id));
  const timeOf = (data) => Number(new DataView(data.buffer, data.byteOffset).getBigUint64(0));
  return { name: lines[0], size: Number(lines[1]), witnesses: seen.map(({ name, signature }) => ({ name, time: timeOf(signature) })) };
}

/** Facts of a release whose `info` the core has verified. */
export function auditOf(files, trust, info) {
  const { lines } = noteOf(files.manifest);
  const one = (first) => wordsOf(lines, first)[0];
  const version = one("policy")[0] === "-" ? null : Number(one("policy")[0]);
  const { endorse, witnesses, maxAge } = trusted(files, trust, version);
  const signed = endorse.keys.filter((_, i) => (info.signers >>> i) & 1).map(({ name }) => name);
  return {
    origin: one("origin")[0], type: one("type")[0], seq: info.seq, issued: info.issued, expires: info.expires, policy: version,
    signed, missing: endorse.keys.map(({ name }) => name).filter((name) => !signed.includes(name)), needed: endorse.needed,
    log: logOf(files["manifest.tlog-proof"], witnesses), witnessesNeeded: witnesses?.needed ?? null, witnessesKnown: witnesses?.keys.length ?? 0, maxAge,
    sources: wordsOf(lines, "source").map(([, name]) => name), categories: wordsOf(lines, "category").map(([, token]) => token),
    minSources: Number(one("rule")[0]), maxDistance: Number(one("rule")[1]), slots: Number(one("content")[0]), keypoints: info.keypointsBytes > 0,
  };
}

const day = (seconds) => new Date(1000 * seconds).toISOString().slice(0, 10);
const many = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
const age = (seconds) => (seconds < 86400 ? "less than a day" : seconds < 2 * 365 * 86400 ? many(Math.floor(seconds / 86400), "day") : `${Math.floor(seconds / (365.25 * 86400))} years`);

/** The same in words: [question, answer, technical words]. */
export function inWords(facts, info, now) {
  const rows = [];
  const of = facts.signed.length + facts.missing.length;
  rows.push(["Whose list is it?", `${facts.origin}, release ${facts.seq}, a list of ${{ image: "pictures", video: "clips", file: "files" }[facts.type]}.`]);
  rows.push(["Who signed?", `${facts.signed.join(" and ")}: ${facts.signed.length} of ${of}${facts.needed === null ? "" : `; ${many(facts.needed, "signature")} ${facts.needed === 1 ? "is" : "are"} needed`}.${facts.missing.length ? ` Not signed by ${facts.missing.join(", ")}.` : ""}`]);
  if (facts.log) {
    rows.push(["Is it public?", `Yes: it is number ${facts.seq} in the log ${facts.log.name}, which has ${many(facts.log.size, "record")}. Another list, shown to some people alone, would be seen there.`]);
    const { witnesses } = facts.log;
    rows.push(["Who watches the log?", witnesses.length ? `${witnesses.map(({ name, time }) => `${name} (${day(time)})`).join(" and ")}; ${facts.witnessesNeeded === null ? "the policy's rule is met" : `${facts.witnessesNeeded} of ${facts.witnessesKnown} are needed`}.` : "Nobody: its policy asks for no witness."]);
  } else rows.push(["Is it public?", "It is in no log: others may have been shown another list. The trust file allows that."]);
  const left = info.expires - now;
  rows.push(["Is it fresh?", `Made ${age(Math.max(0, now - info.issued))} ago, on ${day(info.issued)}. ${left > 0 ? `It holds for another ${age(left)}, until ${day(info.expires)}.` : `It ended on ${day(info.expires)}; the trust file allows old lists.`}${facts.maxAge ? ` Witnesses must have seen it within ${age(facts.maxAge)}.` : ""}`]);
  rows.push(["What may be on it?", `What ${many(facts.minSources, "organisation")} of ${facts.sources.join(", ")} submitted as ${facts.categories.join(", ")}.`]);
  rows.push(["What cannot be seen without the key?", `The entries, and how many there are: the file has room for ${facts.slots}, filled or not.`]);
  return rows;
}
