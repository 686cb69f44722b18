import { InputError } from "../errors/index.js";
import { maxAbs } from "../linear-algebra/index.js";
import { requireStart, requireTolerance } from "./check.js";
import type { MinimisationProblem } from "./contract.js";

export interface GradientCheck {
  /** max_i |analytic − numeric| / max_i |numeric|, or over 1e-300 when the numeric gradient vanishes */
  readonly relativeError: number;
  /** The coordinate where the two differ most */
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
}

/**
 * Compares a gradient with fourth-order central differences of the value, coordinate by coordinate.
 * @param problem the gradient is checked at x0
 * @param options step: relative step of the differences, default eps^{1/5}: h = step·(1 + |x_i|)
 * @returns the coordinate that differs most; a right gradient has relativeError ≲ 1e-11 for smooth f of size 1
 * @throws empty, not-finite (x0, or a value or gradient met on the way), out-of-range (step)
 * @cost 4n + 1 evaluations
 * @accuracy 1e-10 on the Rosenbrock function (minimise.test.ts)
 * @source derived
 */
export function checkGradient(problem: MinimisationProblem, options: { readonly step?: number } = {}): GradientCheck {
  const who = "checkGradient";
  const { step = Number.EPSILON ** 0.2 } = options;
  requireStart(who, problem.x0);
  requireTolerance(who, "step", step, "positive");
  const n = problem.x0.length;
  const gradient = new Float64Array(n);
  const unused = new Float64Array(n);
  const numeric = new Float64Array(n);
  let finite = Number.isFinite(problem.evaluate(problem.x0.slice(), gradient));
  for (let i = 0; i < n; i++) {
    const h = step * (1 + Math.abs(problem.x0[i]!));
    const at = (k: number): number => {
      const x = problem.x0.slice();
      x[i]! += k * h;
      return problem.evaluate(x, unused);
    };
    numeric[i] = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
    finite &&= Number.isFinite(numeric[i]!) && Number.isFinite(gradient[i]!);
  }
  if (!finite) {
    throw new InputError({
      code: "not-finite",
      who,
      rule: "value and gradient must be finite at x0 and around it",
      got: "NaN or an infinity",
      fix: "Check at a point inside the domain, or with a smaller step",
    });
  }
  let index = 0;
  const gap = (i: number): number => Math.abs(gradient[i]! - numeric[i]!);
  for (let i = 1; i < n; i++) if (gap(i) > gap(index)) index = i;
  const relativeError = gap(index) / Math.max(maxAbs(numeric), 1e-300);
  return { relativeError, index, analytic: gradient[index]!, numeric: numeric[index]! };
}
