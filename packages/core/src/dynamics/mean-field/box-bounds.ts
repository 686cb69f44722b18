import { InputError } from "../../foundation/errors/index.js";
import { momentsOf, type PointCloud } from "../../foundation/law/index.js";
import { trace } from "../../foundation/linear-algebra/index.js";
import { erfc } from "../../foundation/special-functions/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import type { SolveEvent } from "../../solve/index.js";
import type { LevelMonitor, MonitorReport } from "../contract.js";
import { determinant, place } from "./box-frame.js";
import { type BoxShape, partsOf } from "./box-state.js";
import type { ChartGrid } from "./chart.js";

/** Mass in the outermost cells from which on the box cuts the law. */
const greatestRim = 1e-6;

/** Mass in the outermost cells of any axis. */
function rimMass(masses: Float64Array, shape: readonly number[]): number {
  const n = shape[0]!;
  if (shape.length === 1) return masses[0]! + masses[n - 1]!;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i === 0 || j === 0 || i === n - 1 || j === n - 1) sum += masses[i * n + j]!;
  }
  return sum;
}

/** The part of the mass that stands at the rim, at the position where it is greatest. */
function greatestRimPart(y: Float64Array, of: BoxShape, { shape }: ChartGrid["chart"]): number {
  let greatest = 0;
  for (let p = 0; p < of.slices; p++) {
    greatest = Math.max(greatest, of.slices * rimMass(partsOf(y, of, p).masses, shape));
  }
  return greatest;
}

/** @throws InputError out-of-range */
export function requireInside(y: Float64Array, of: BoxShape, { chart }: ChartGrid): void {
  const rim = greatestRimPart(y, of, chart);
  if (rim < greatestRim) return;
  throw new InputError({
    code: "out-of-range",
    who: "level mean-field",
    rule: `the box must hold the law (mass in its outermost cells below ${greatestRim})`,
    got: `${rim.toExponential(1)} within ${chart.box[0]![1]} standard deviations`,
    fix: "Raise box",
    path: ["box"],
  });
}

/** `box-reached`: the outermost cells hold more than a millionth. */
export const boxReached = (of: BoxShape, { chart }: ChartGrid): SolveEvent => ({
  name: "box-reached",
  direction: "up",
  terminal: false,
  g: (_t, y) => greatestRimPart(y, of, chart) / greatestRim - 1,
});

/** What the moments of the cells may be off, in variances: edges of histograms half a cell out of place are below. */
const greatestLoss = 0.05;

/** The box may miss a part of the law that stands far away, and the rim see nothing of it. @throws InputError out-of-range */
export function requireWhole(law: PointCloud, initial: InitialLaw, halfWidth: number): void {
  // The frames of a law by position are found from its density.
  if (initial.density!.positional) return;
  const [found, exact] = [momentsOf(law), initial.moments()];
  const { d } = found;
  const variance = trace(exact.cov, d);
  const gap = Math.abs(trace(found.cov, d) / variance - 1);
  const shift = Math.hypot(...found.mean.map((value, a) => value - exact.mean[a]!)) / Math.sqrt(variance);
  const loss = Math.max(gap, shift);
  if (loss < greatestLoss) return;
  throw new InputError({
    code: "out-of-range",
    who: "level mean-field",
    rule: `the box must hold the law (mean and variance on its cells within ${100 * greatestLoss} % of the law's)`,
    got: `${(100 * loss).toFixed(0)} % within ${halfWidth} standard deviations`,
    fix: "Raise box, and grid with it: a part of the law stands far from the rest",
    path: ["box"],
  });
}

/** Rounding of the sum over the cells. */
const rounding = 1e-12;

/** The mass of the law beyond the cells of y; undefined for a density that is known up to a factor. */
export function massBeyond(y: Float64Array, of: BoxShape, { nodes, cells }: ChartGrid, initial: InitialLaw) {
  const { at, normalised = false } = initial.density!;
  if (!normalised) return undefined;
  const { m, d } = of;
  const { centre, scale } = partsOf(y, of, 0);
  const points = new Float64Array(m * d);
  place(nodes, centre, scale, d, points);
  const size = Math.abs(determinant(scale, d));
  let held = 0;
  for (let j = 0; j < m; j++) held += at(points.subarray(j * d, (j + 1) * d)) * cells.volumes[j]! * size;
  return Math.abs(1 - held) < rounding ? 0 : 1 - held;
}

/** @throws InputError out-of-range */
export function requireHeld(beyond: number | undefined, halfWidth: number): void {
  if (beyond === undefined || Math.abs(beyond) < greatestRim) return;
  throw new InputError({
    code: "out-of-range",
    who: "level mean-field",
    rule: `the box must hold the law (mass on its cells within ${greatestRim} of 1)`,
    got: `a mass of ${(1 - beyond).toPrecision(8)} within ${halfWidth} standard deviations`,
    fix: "Raise box where mass is missing, and grid where a part of the law is narrower than a cell",
    path: ["box"],
  });
}

/** Twice the mass d coordinates of a normal law have beyond `halfWidth`. */
const normalTail = (d: number, halfWidth: number): number => 2 * d * erfc(halfWidth / Math.SQRT2);

/**
 * What a law on a box leaves out: the mass it had beyond the box, where its density is normalised, and the greatest mass
 * of the outermost cells along the run. `cut`: more lay beyond than a normal law has there, or the rim was reached.
 */
export function boxMonitor(beyond: number | undefined, of: BoxShape, { chart }: ChartGrid): LevelMonitor {
  const usual = normalTail(of.d, chart.box[0]![1]);
  return {
    name: "box",
    what: {
      shape: [],
      unit: "1",
      doc: "mass in the outermost cells",
      measure: (_t, y, out) => {
        out[0] = greatestRimPart(y, of, chart);
      },
    },
    judge({ value }): MonitorReport {
      const greatest = value.data.reduce((most, one) => Math.max(most, one), 0);
      const cut = greatest >= greatestRim || (beyond !== undefined && beyond > usual);
      return {
        verdict: cut ? "cut" : "holds the law",
        ...(beyond !== undefined && { massBeyond: beyond }),
        greatestRimMass: greatest,
      };
    },
  };
}
