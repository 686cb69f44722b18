import type { LevelResult } from "@meanfield/core/experiment";
import type { Outcome } from "@meanfield/core/solve";

/** A number for a table: five significant digits. */
export function brief(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(5)));
}

/** A number with its error: digits down to the error's second one. */
export function withError(value: number, error: number): string {
  if (!(error > 0)) return String(value);
  const decimals = Math.min(14, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(decimals)} ± ${error.toExponential(0)}`;
}

/** How a level ended and what it passed on its way, in words. */
export function levelOutcome({ outcome, events = [] }: Pick<LevelResult, "outcome" | "events">): string {
  return [outcomeText(outcome), ...events.map(({ name, t }) => `${name} from t = ${brief(t)}`)].join("; ");
}

/** How a level ended, in words. */
function outcomeText(outcome: Outcome): string {
  if (outcome.status === "completed") return "completed";
  if (outcome.status === "failed") return `failed (${outcome.code}) at t = ${brief(outcome.t)}`;
  return `${outcome.event} at t = ${withError(outcome.t, outcome.tError)}`;
}
