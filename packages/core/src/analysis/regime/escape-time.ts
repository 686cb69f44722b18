import type { CancelSignal } from "../../foundation/cancel/index.js";
import { frobeniusNorm, symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { findCrossing } from "../../solve/index.js";
import { columns, congruence, times } from "../shared/matrix-forms.js";
import { escapeWalk, type Walk } from "./escape-walk.js";
import type { MovingRange } from "./moving-range.js";
import { propagator } from "./propagator.js";

/** When and where Σ escapes, or where the search for it ended. */
export type Escape =
  | {
      readonly escapes: true;
      readonly tStar: number;
      readonly tError: number;
      /** On the moving range, length k. */
      readonly direction: Float64Array;
      readonly rank: number;
    }
  | { readonly escapes: false; readonly proven: boolean; readonly t: number; readonly factor: Float64Array };

/** Relative half-width, around the time of the walk, in which the form from the start is asked for its root. */
const window = 1e-6;
/** Rounding of λ_max, in depth relative to t*, that the form from the start may have to be preferred to the walks. */
const tellable = 1e-7;

/** Root of λ_max(LᵀG(t)L) = 1 near `near`, with G(t) from one exponential: nothing has summed up on the way. */
function fromTheStart({ system, factor, r }: MovingRange, near: number) {
  const { d, Q } = system;
  const topAt = (t: number) => {
    const { E, G } = propagator(system, t);
    const M = congruence(G, factor, d, r);
    const { values, vectors } = symmetricEigen(M, r);
    const path = times(E, times(factor, columns(vectors, r, r, r - 1, r), d, r, 1), d, d, 1);
    return { value: values[r - 1]! - 1, slope: congruence(Q, path, d, 1)[0]!, size: frobeniusNorm(M) };
  };
  const [a, b] = [near * (1 - window), near * (1 + window)];
  const [before, after] = [topAt(a).value, topAt(b).value];
  if (!(before < 0 && after > 0)) return undefined;
  const { t, bracket } = findCrossing((s) => topAt(s).value, a, b, before, after);
  const { slope, size } = topAt(t);
  const noise = (64 * r * Number.EPSILON * Math.max(1, size)) / slope;
  return slope > 0 && noise < tellable * t ? { t, tError: bracket + noise + 4 * Number.EPSILON * t } : undefined;
}

export interface EscapeOptions {
  /** Depth at which to stop; without bound when left out. */
  readonly until?: number;
  proven?(factor: Float64Array): boolean;
  readonly cancel?: CancelSignal | undefined;
}

/**
 * The first t with λ_max(LᵀG(t)L) = 1, G(t) = ∫_0^t e^{Wᵀs}Qe^{Ws}ds, Σ_0 = LLᵀ: where Σ(t) escapes when V = vI.
 * Holds for every W and every PSD Σ_0, singular ones too. W must not be 0 on the moving range.
 *
 * A walk finds the crossing, the form from the start its digits; where rounding hides those (long ways with an unstable
 * W) the difference of two walks bounds the error.
 *
 * @cost two walks (escape-walk.ts)
 * @accuracy 1e-12 relative; test/gaussian.test.ts against W = 0 and one dimension
 * @source numerics.md, Riccati and reachability; arXiv 2606.07600, theory.md §2
 */
export function escapeTime(range: MovingRange, options: EscapeOptions): Escape {
  const { system, factor, r } = range;
  const { until = Number.POSITIVE_INFINITY, proven, cancel } = options;
  const walk = (stride: number): Walk =>
    escapeWalk(system, factor, r, { until, stride, ...(proven && { proven }), ...(cancel && { cancel }) });
  const first = walk(0.25);
  if (first.kind !== "escape") {
    return { escapes: false, proven: first.kind === "never", t: first.at.t, factor: first.at.factor };
  }
  const { direction, rank } = first;
  const precise = fromTheStart(range, first.t);
  if (precise !== undefined) {
    return { escapes: true, tStar: precise.t, tError: precise.tError, direction, rank };
  }
  const second = walk(0.17);
  const tError = second.kind === "escape" ? 4 * Math.abs(second.t - first.t) + first.tError : first.t;
  return { escapes: true, tStar: first.t, tError, direction, rank };
}
