export { nearestOf } from "./nearest.js";

/**
 * Errors for people: *who: rule, got value. what to do.*
 *
 * `InputError` is the caller's: thrown before any work. `SolveError` is the numerics': thrown only where an outcome
 * cannot carry the news (a linear-algebra routine deep inside a drift). Both have a `code` from one closed union.
 */

/** Every way in which an input can be wrong. Closed: callers may switch over it. */
export type InputErrorCode =
  | "unknown-key"
  | "unknown-name"
  | "missing"
  | "wrong-type"
  | "wrong-shape"
  | "out-of-range"
  | "not-finite"
  | "not-symmetric"
  | "not-positive-semidefinite"
  | "empty"
  | "off-manifold"
  | "no-closure"
  | "incompatible"
  | "syntax"
  | "unreadable"
  | "unwritable"
  | "conflict";

/** Every way in which a computation can fail. Closed. */
export type SolveErrorCode =
  | "not-finite"
  | "singular"
  | "not-positive-definite"
  | "no-convergence"
  | "step-too-small"
  | "too-many-steps";

/** Where in an experiment document the offending value stands, from the root. */
export type SpecPath = readonly (string | number)[];

/** The parts of a message; the message itself is made in one place. */
export interface ErrorParts<Code extends string> {
  readonly code: Code;
  /** Who complains: a plug-in, a function, a command. */
  readonly who: string;
  /** What must hold. */
  readonly rule: string;
  /** The value found, already short enough to print. */
  readonly got?: string;
  /** What to do about it. */
  readonly fix?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly path?: SpecPath;
  /** The path is from the root of the document already, whoever asked: nothing goes in front of it. */
  readonly rooted?: boolean;
}

function sentence(parts: ErrorParts<string>): string {
  const got = parts.got === undefined ? "" : `, got ${parts.got.replace(/\.$/, "")}`;
  const fix = parts.fix === undefined ? "" : ` ${parts.fix.endsWith(".") ? parts.fix : `${parts.fix}.`}`;
  return `${parts.who}: ${parts.rule}${got}.${fix}`;
}

/** The caller's mistake, found before any work. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code: InputErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly path: SpecPath | undefined;
  readonly parts: ErrorParts<InputErrorCode>;

  constructor(parts: ErrorParts<InputErrorCode>) {
    super(sentence(parts));
    this.parts = parts;
    this.code = parts.code;
    this.details = parts.details ?? {};
    this.path = parts.path;
  }

  /** The same error seen from further out: `prefix` goes in front of its path. */
  within(prefix: SpecPath): InputError {
    if (this.parts.rooted === true) return this;
    return new InputError({ ...this.parts, path: [...prefix, ...(this.path ?? [])] });
  }
}

/** A failure of the numerics that no outcome can carry. */
export class SolveError extends Error {
  override readonly name = "SolveError";
  readonly code: SolveErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(parts: ErrorParts<SolveErrorCode>) {
    super(sentence(parts));
    this.code = parts.code;
    this.details = parts.details ?? {};
  }
}

/** Runs `f` and lets any `InputError` it throws carry `prefix` in front of its path. */
export function atPath<T>(prefix: SpecPath, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof InputError) throw error.within(prefix);
    throw error;
  }
}

/** A value as it may stand in a message: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === "number" || value === undefined || typeof value === "bigint") return String(value);
  if (ArrayBuffer.isView(value)) return `an array of ${(value as Float64Array).length} numbers`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
