import type { KernelHead } from "@meanfield/core/foundation/backend";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import { fresh, type Workspace } from "@meanfield/core/foundation/workspace";
import { type Plan, type SumBlock, unitRoundoff } from "./contract.js";

/** How errors of the mean become errors of V·mean, relative to max_j|V x_j|. */
export interface ValueScale {
  /** ‖V‖/max_j|V x_j|; 0 for V = 0. */
  readonly perMean: number;
  /** ‖ |V| ‖·max_j|x_j| / max_j|V x_j|: how much the rounding of the product is magnified. */
  readonly rounding: number;
  /** ‖V‖·max_j|x_j| / max_j|V x_j|. */
  readonly perPoint: number;
}

const unbounded = Number.POSITIVE_INFINITY;

/** ‖V‖₂ ≤ min(‖V‖_F, √(‖V‖_1‖V‖_∞)), which sees sizes only: it bounds ‖ |V| ‖₂ too. */
function spectralBound(value: Float64Array, d: number): number {
  let square = 0;
  let rows = 0;
  let columns = 0;
  for (let a = 0; a < d; a++) {
    let row = 0;
    let column = 0;
    for (let b = 0; b < d; b++) {
      row += Math.abs(value[a * d + b]!);
      column += Math.abs(value[b * d + a]!);
      square += value[a * d + b]! ** 2;
    }
    rows = Math.max(rows, row);
    columns = Math.max(columns, column);
  }
  return Math.min(Math.sqrt(square), Math.sqrt(rows * columns)) * (1 + 1e-14);
}

/** The scale of one head's values. @cost m·d² */
export function valueScale({ value }: KernelHead, { m, d, points }: WeightedPoints): ValueScale {
  let greatestValue = 0;
  let greatestPoint = 0;
  for (let j = 0; j < m; j++) {
    let squareValue = 0;
    let squarePoint = 0;
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let b = 0; b < d; b++) sum += value[a * d + b]! * points[j * d + b]!;
      squareValue += sum * sum;
      squarePoint += points[j * d + a]! ** 2;
    }
    if (squareValue > greatestValue) greatestValue = squareValue;
    if (squarePoint > greatestPoint) greatestPoint = squarePoint;
  }
  const norm = spectralBound(value, d);
  if (norm === 0 || greatestPoint === 0) return { perMean: 0, rounding: 0, perPoint: 0 };
  const largest = Math.sqrt(greatestPoint) * (1 + 1e-14);
  // The computed |V x_j| carries a rounding error of its own.
  const size = Math.sqrt(greatestValue) - (d + 2) * unitRoundoff * norm * largest;
  if (!(size > 0)) return { perMean: unbounded, rounding: unbounded, perPoint: unbounded };
  return { perMean: norm / size, rounding: (norm * largest) / size, perPoint: (norm * largest) / size };
}

/** Room for the sums of `size` queries. */
export function createBlock(size: number, d: number, work: Workspace = fresh): SumBlock {
  const column = () => work.floats(size);
  return {
    total: column(),
    mean: work.floats(size * d),
    unit: column(),
    totalError: column(),
    meanError: column(),
  };
}

/**
 * The part of the bound that all queries share: scores off by δ change the normalised weights by at most e^{2δ} − 1,
 * points off by ε the values, and the product with V rounds d + 4 times.
 */
export function sharedBound(plan: Plan, scoreError: number, scale: ValueScale, d: number, heads: number): number {
  const score = Math.expm1(2 * (plan.scoreError + scoreError));
  return 1.01 * (score + scale.perPoint * plan.pointError + (d + 4 + heads) * unitRoundoff * (1 + scale.rounding));
}

/** `queryBound` of the first `size` queries of a block. */
export function putBounds(block: SumBlock, size: number, scale: ValueScale, common: number, out: Float64Array): void {
  for (let i = 0; i < size; i++) out[i] = queryBound(block, i, scale, common);
}

/**
 * Bound of |Γ̃ − Γ|/max_j|V x_j| of query i (times ∫w dμ where the field is not normalised): with Z̃, Ñ off by e_Z, e_N,
 * Ñ/Z̃ − N/Z = (Ñ − N)/Z̃ + (N/Z)(Z − Z̃)/Z̃. The divisor Z̃ − e_Z serves log Z and the unnormalised field too.
 */
export function queryBound(block: SumBlock, i: number, scale: ValueScale, common: number): number {
  const totalError = block.totalError[i]!;
  const rest = block.total[i]! - totalError;
  if (!(rest > 0)) return Number.POSITIVE_INFINITY;
  return (1.01 * (scale.perMean * block.meanError[i]! + totalError)) / rest + common;
}
