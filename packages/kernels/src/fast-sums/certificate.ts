import type { KernelHead } from "@meanfield/core/foundation/backend";
import { maxAbs } from "@meanfield/core/foundation/linear-algebra";
import { fresh, type Workspace } from "@meanfield/core/foundation/workspace";
import { type ExponentialSum, type Plan, type SumBlock, unitRoundoff } from "./contract.js";

/** How errors of the mean become errors of V·mean, relative to max_j|V x_j| over the keys that have mass. */
export interface ValueScale {
  /** max_j|V x_j|. */
  readonly greatest: number;
  /** At least 2⁻¹⁰⁷⁴/max_j|V x_j|; 0 for V = 0. */
  readonly perLeast: number;
  /** ‖V‖/max_j|V x_j|; 0 for V = 0. */
  readonly perMean: number;
  /** ‖ |V| ‖·max_j|x_j| / max_j|V x_j|: how much the rounding of the product is magnified. */
  readonly rounding: number;
  /** ‖V‖·max_j|x_j| / max_j|V x_j|. */
  readonly perPoint: number;
}

const infinite = Number.POSITIVE_INFINITY;
const unbounded: ValueScale = {
  greatest: 0,
  perLeast: infinite,
  perMean: infinite,
  rounding: infinite,
  perPoint: infinite,
};
const nothing: ValueScale = { greatest: 0, perLeast: 0, perMean: 0, rounding: 0, perPoint: 0 };

/** V times points or means must stay below this, so that no sum on the way to the field overflows. */
const largestProduct = 1e300;

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

/** max_j|V x_j|. */
function greatestImage(value: Float64Array, { m, d, keys }: ExponentialSum): number {
  let greatest = 0;
  for (let j = 0; j < m; j++) {
    let square = 0;
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let b = 0; b < d; b++) sum += value[a * d + b]! * keys[j * d + b]!;
      square += sum * sum;
    }
    if (square > greatest) greatest = square;
  }
  return Math.sqrt(greatest);
}

/**
 * The scale of one head's values; V is measured in units of its greatest entry, so that its squares neither overflow nor
 * underflow, as those of the keys do not (`exponentialHead`).
 * @cost m·d²
 */
export function valueScale({ value }: KernelHead, sum: ExponentialSum, work: Workspace = fresh): ValueScale {
  const { d, mass, radius } = sum;
  const unit = maxAbs(value);
  if (unit === 0 || radius === 0) return nothing;
  const own = work.floats(d * d);
  for (let k = 0; k < own.length; k++) own[k] = value[k]! / unit;
  const norm = spectralBound(own, d);
  const largest = radius * (1 + 1e-14);
  if (!(unit * norm * largest * Math.max(1, mass) < largestProduct)) return unbounded;
  // The computed |V x_j| carries a rounding error of its own, of the entries, products and sums.
  const size = greatestImage(own, sum) - (d + 3) * unitRoundoff * norm * largest;
  const greatest = unit * size;
  if (!(greatest > 0)) return unbounded;
  return {
    greatest,
    // A normal number: every query multiplies with it, and processors take long for subnormal ones.
    perLeast: Number.MIN_VALUE / greatest + 1e-290,
    perMean: norm / size,
    rounding: (norm * largest) / size,
    perPoint: (norm * largest) / size,
  };
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

/**
 * What V·mean and its product with a factor lose where they leave the normal numbers: each of d² products and of d
 * coordinates at most half of 2⁻¹⁰⁷⁴, relative to factor·Z̃·max_j|V x_j|.
 * @param inverseTotal 1/Z̃
 * @param inverseField 1/(factor·Z̃): 1 where the factor is 1/Z̃, else of the unit of the weights
 */
export function productUnderflow(scale: ValueScale, inverseTotal: number, inverseField: number, d: number): number {
  return d * scale.perLeast * (inverseTotal + inverseField);
}
