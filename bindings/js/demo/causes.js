// Why an answer or its proof is not taken, as a sentence of the catalogue; and which of many runs was begun last. No page is needed here.
import { PdqliteError, ReportError } from "../dist/index.js";

const PROOF = {
  format: "page-proof-damaged", unendorsed: "page-proof-signers", unlogged: "page-proof-log", unwitnessed: "page-proof-log",
  rollback: "page-proof-old", freeze: "page-proof-old", expired: "page-proof-old", stale: "page-proof-old", pins: "page-proof-old",
  "policy-chain": "page-proof-old", origin: "page-proof-apart", rule: "page-bad-proof", "ct-mismatch": "page-bad-proof",
  "content-mismatch": "page-bad-proof", "split-view": "page-bad-proof", unproven: "page-bad-proof",
};

/** Of a keep file that `makeWithdrawal` refuses. */
export const causeOfKeep = (error) => (error instanceof ReportError ? "page-no-keep" : "page-cannot");

/** Of an answer that `readReceipt` refuses. What is not its fault is said to be this browser's. */
export function causeOfAnswer(error) {
  if (!(error instanceof ReportError)) return "page-cannot";
  return { format: "page-no-answer", signature: "page-false-answer", seal: "page-bad-answer" }[error.code] ?? "page-cannot";
}

/** Of a genuine answer whose proof `checkReceipt` refuses; "page-proof-cannot" says nothing against it. */
export function causeOfProof(error) {
  if (error instanceof ReportError) return "page-bad-proof"; // of another release than the answer names
  return (error instanceof PdqliteError && PROOF[error.code]) || "page-proof-cannot";
}

/** The list that a trust file is of; undefined if it is no trust file. */
export const listOf = (trust) => /^pdqlite\.org\/trust\/v1\norigin (\S+)\n/.exec(new TextDecoder().decode(trust.subarray(0, 4096)))?.[1];

/** Begins runs: each gets a question that is true while no later one was begun. What an earlier file answers must not replace the later one. */
export function runs() {
  let last = 0;
  return () => {
    const mine = ++last;
    return () => mine === last;
  };
}
