import { C } from "./header.js";

/** What all errors of this package are. `code` says which, in words that every binding shares. */
export class PdqliteError extends Error {
  /** "err-arg", "unendorsed" and so on: pdql_status_name; or "closed", "no-memory", "unsupported". */
  readonly code: string;
  /** The number of the status in pdqlite.h; 0 for errors that only this package has. */
  readonly status: number;
  constructor(code: string, status: number, message: string) {
    super(`${message} (${code})`);
    this.name = new.target.name;
    this.code = code;
    this.status = status;
  }
}

export class ArgumentError extends PdqliteError {}
export class ShapeError extends PdqliteError {}
export class SpaceError extends PdqliteError {}
export class PendingError extends PdqliteError {}
export class OrderError extends PdqliteError {}
export class IoError extends PdqliteError {}
export class BlockError extends PdqliteError {}
export class ProofError extends PdqliteError {}
/** What verification says of a list; nothing of it may be used. */
export class ListError extends PdqliteError {}
export class ListFormatError extends ListError {}
export class UnendorsedError extends ListError {}
export class OriginError extends ListError {}
export class PinsError extends ListError {}
export class PolicyChainError extends ListError {}
export class UnloggedError extends ListError {}
export class UnwitnessedError extends ListError {}
export class RollbackError extends ListError {}
export class FreezeError extends ListError {}
export class SplitViewError extends ListError {}
export class ExpiredError extends ListError {}
export class CiphertextError extends ListError {}
export class WrongKeyError extends ListError {}
export class ContentError extends ListError {}
export class RuleError extends ListError {}
export class StaleError extends ListError {}
export class UnprovenError extends ListError {}
export class UnauditedError extends ListError {}
/** A status that this package does not know: the core is newer. */
export class UnknownStatusError extends PdqliteError {}
/** The object was closed, or what it was made from. */
export class ClosedError extends PdqliteError {
  constructor(what: string) {
    super("closed", 0, `this ${what} is closed`);
  }
}
/** WebAssembly gives no more memory. */
export class MemoryError extends PdqliteError {
  constructor(bytes: number) {
    super("no-memory", 0, `no memory for ${bytes} bytes`);
  }
}
/** The platform lacks something. */
export class UnsupportedError extends PdqliteError {
  constructor(what: string) {
    super("unsupported", 0, what);
  }
}

type Kind = new (code: string, status: number, message: string) => PdqliteError;

const KINDS: Record<number, [Kind, string, string]> = {
  [C.PDQL_ERR_ARG]: [ArgumentError, "err-arg", "a value is missing or out of its range"],
  [C.PDQL_ERR_SHAPE]: [ShapeError, "err-shape", "a width, height or stride cannot be, or the pixels do not lie in the buffer"],
  [C.PDQL_ERR_SPACE]: [SpaceError, "err-space", "the memory given is too small"],
  [C.PDQL_ERR_PENDING]: [PendingError, "err-pending", "the provider does not answer"],
  [C.PDQL_ERR_ORDER]: [OrderError, "err-order", "called before its turn, or after the end"],
  [C.PDQL_ERR_IO]: [IoError, "err-io", "a file ends early or could not be read"],
  [C.PDQL_ERR_BLOCK]: [BlockError, "err-block", "an index block is damaged, cut or of another version"],
  [C.PDQL_ERR_PROOF]: [ProofError, "err-proof", "a Merkle proof does not lead to the root"],
  [C.PDQL_LIST_FORMAT]: [ListFormatError, "format", "a file of the list breaks its grammar"],
  [C.PDQL_LIST_UNENDORSED]: [UnendorsedError, "unendorsed", "a known signature fails, or the quorum is not reached"],
  [C.PDQL_LIST_ORIGIN]: [OriginError, "origin", "another origin or type than pinned"],
  [C.PDQL_LIST_PINS]: [PinsError, "pins", "a category that is not pinned, or a larger distance"],
  [C.PDQL_LIST_POLICY_CHAIN]: [PolicyChainError, "policy-chain", "the policies do not lead from the pinned one to the one named"],
  [C.PDQL_LIST_UNLOGGED]: [UnloggedError, "unlogged", "no log proof, or one that does not prove this manifest"],
  [C.PDQL_LIST_UNWITNESSED]: [UnwitnessedError, "unwitnessed", "logged, but the witness quorum is not reached"],
  [C.PDQL_LIST_ROLLBACK]: [RollbackError, "rollback", "older than pinned or stored, or not the newest of its log"],
  [C.PDQL_LIST_FREEZE]: [FreezeError, "freeze", "witnessed too long ago, or in the future"],
  [C.PDQL_LIST_SPLIT_VIEW]: [SplitViewError, "split-view", "two signed texts contradict each other: another root of the log, or another manifest of one seq"],
  [C.PDQL_LIST_EXPIRED]: [ExpiredError, "expired", "past the time the manifest sets"],
  [C.PDQL_LIST_CT_MISMATCH]: [CiphertextError, "ct-mismatch", "an encrypted file differs, is cut or absent"],
  [C.PDQL_LIST_KEY_COMMIT]: [WrongKeyError, "key-commit", "the key given is not the key of this list"],
  [C.PDQL_LIST_CONTENT_MISMATCH]: [ContentError, "content-mismatch", "the content is not the endorsed content"],
  [C.PDQL_LIST_RULE]: [RuleError, "rule", "content that breaks the rules of entries"],
  [C.PDQL_LIST_STALE]: [StaleError, "stale", "past its time, and allowed: a remark"],
  [C.PDQL_LIST_UNPROVEN]: [UnprovenError, "unproven", "nothing proves that the log goes on from the one stored"],
  [C.PDQL_LIST_UNAUDITED]: [UnauditedError, "unaudited", "too few of the pinned auditors say that this release passed, or not lately"],
};

/** The error of a status that is not success. */
export function errorOf(status: number, message?: string): PdqliteError {
  const known = KINDS[status];
  if (!known) return new UnknownStatusError("unknown", status, `status ${status} is not known`);
  const [Kind, code, text] = known;
  return new Kind(code, status, message ?? text);
}

/** Throws unless the status is success. */
export function check(status: number): void {
  if (status !== C.PDQL_OK) throw errorOf(status);
}

/** Throws an ArgumentError with this text. */
export function refuse(text: string): never {
  throw errorOf(C.PDQL_ERR_ARG, text);
}
