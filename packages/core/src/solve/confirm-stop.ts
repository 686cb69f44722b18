import type { Method } from "./method.js";
import type { SolveOptions, Stepping } from "./options.js";
import type { Outcome } from "./outcome.js";
import type { Problem } from "./problem.js";
import { solve } from "./solve.js";

/** The same stepping, a hundred times (adaptive) or twice (fixed) as fine. */
function finer(stepping: Stepping): Stepping {
  if (stepping.kind === "fixed") return { kind: "fixed", dt: stepping.dt / 2 };
  if (stepping.kind === "layers") return { kind: "layers", L: 2 * stepping.L };
  const rtol = Math.max(stepping.rtol / 100, 100 * Number.EPSILON);
  return { ...stepping, rtol, atol: stepping.atol * (rtol / stepping.rtol) };
}

/**
 * The stop of a run with an error that covers the integration: a second run, finer, gives the time that is reported,
 * and twice the difference of the two is added to `tError` (plus dt at fixed steps).
 *
 * When the second run does not stop there at all, the first time stands with the whole span as its error. A cancel
 * during it makes the whole run a cancelled one: a time without an error is no result.
 *
 * @cost one more run without records
 * @accuracy t* of Riccati flows inside tError of their closed form; test/gaussian.test.ts
 */
export function confirmStop(
  first: Outcome & { readonly status: "stopped" },
  problem: Problem,
  method: Method,
  options: SolveOptions,
): Outcome {
  const { save: _save, onProgress: _onProgress, checkpoint: _checkpoint, resume: _resume, ...rest } = options;
  const { outcome } = solve(problem, method, { ...rest, steps: finer(options.steps) });
  if (outcome.status === "stopped" && outcome.event === "cancelled") return outcome;
  if (outcome.status !== "stopped" || outcome.event !== first.event) {
    return { ...first, tError: options.span[1] - options.span[0] };
  }
  const grid = options.steps.kind === "fixed" ? options.steps.dt : 0;
  return { ...outcome, tError: 2 * Math.abs(outcome.t - first.t) + outcome.tError + grid };
}
