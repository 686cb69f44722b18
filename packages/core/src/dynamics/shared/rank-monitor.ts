import { symmetricEigenvalues } from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { LevelMonitor, MonitorReport } from "../contract.js";

/** Eigenvalues of Σ_0 below this part of the largest are rounding: they do not count towards its rank. */
const rounding = 1e-12;
/** How many times the tolerance of a step the eigenvalues may be off before a change of rank is believed. */
const margin = 100;

/** Ranks in continuous depth are kept for ever; a layer can lower one and never raise it. */
export type DepthKind = "continuous" | "layers";

/** |m| and the eigenvalues, ascending, of one record. */
function measure(d: number, y: Float64Array, out: Float64Array): void {
  let square = 0;
  for (let a = 0; a < d; a++) square += y[a]! * y[a]!;
  out[0] = Math.sqrt(square);
  out.set(symmetricEigenvalues(y.slice(d, d + d * d), d), 1);
}

/**
 * Watches what the flow of a covariance keeps: Σ(t) = ΦΣ_0Φᵀ with Φ invertible, so its rank and its signs. Eigenvalues
 * are resolved down to 100(rtol·λ_max + atol), or to 1e-12·λ_max for layers, where nothing is integrated.
 *
 * `kept`: as many eigenvalues above the resolution as at the start and the others within it; `unresolved`: fewer, a
 * rank that decays below what the tolerance shows (a low-rank limit, or none at all); `lowered`: the same in layers,
 * where it may be exact; `violated`: more, or one below minus the resolution — an error of the integration.
 *
 * @source theory.md §2 (rank and inertia are invariant)
 */
export function rankMonitor(start: Gaussian, kind: DepthKind): LevelMonitor {
  const { d } = start;
  const initial = symmetricEigenvalues(start.cov, d);
  const largest = initial[d - 1] ?? 0;
  const rank = initial.filter((value) => value > rounding * largest).length;
  return {
    name: "rank",
    what: {
      shape: [1 + d],
      unit: "1",
      doc: "|m|, and the eigenvalues of Σ ascending",
      measure: (_t, y, out) => measure(d, y, out),
    },
    judge({ value }, { rtol, atol }): MonitorReport {
      const count = value.shape[0]!;
      let [violated, unresolved, leak, smallest] = [false, false, 0, 1];
      for (let k = 0; k < count; k++) {
        const values = value.data.subarray(k * (1 + d) + 1, (k + 1) * (1 + d));
        const top = values[d - 1]!;
        const fine = kind === "layers" ? 0 : margin * (rtol * top + atol);
        const resolution = Math.max(rounding * d * top, fine);
        const rest = rank === d ? 0 : Math.max(Math.abs(values[0]!), Math.abs(values[d - rank - 1]!));
        if (rest > resolution || values[0]! < -resolution) violated = true;
        if (rank > 0 && values[d - rank]! <= resolution) unresolved = true;
        if (top > 0) leak = Math.max(leak, rest / top);
        if (top > 0 && rank > 0) smallest = Math.min(smallest, values[d - rank]! / top);
      }
      const fallen = kind === "layers" ? "lowered" : "unresolved";
      const verdict = violated ? "violated" : unresolved ? fallen : "kept";
      const meanAt = (k: number) => value.data[k * (1 + d)]!;
      return {
        verdict,
        rankAtStart: rank,
        leastKeptEigenvalue: smallest,
        greatestLeak: leak,
        meanAtStart: meanAt(0),
        meanAtEnd: meanAt(count - 1),
      };
    },
  };
}

/** The monitor where the rank is an invariant at all: noise raises it at once. */
export function rankMonitors({ noise }: Model, start: Gaussian, kind: DepthKind): LevelMonitor[] {
  return noise.traits.tokens === "none" ? [rankMonitor(start, kind)] : [];
}
