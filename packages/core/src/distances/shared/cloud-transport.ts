import { InputError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { assignment } from "./assignment.js";
import { sortedPoints, stepTransport } from "./line-points.js";
import { transport } from "./transport.js";

/** The largest cloud of the exact solvers: a dense cost of 2,000² numbers is 32 MB. */
export const maxTransportPoints = 2000;

/** The cost is |x − y|^order. */
export type TransportOrder = 1 | 2;

/** Mass unit of unequal weights: they are rounded to multiples of 2^{−50}. */
const massUnits = 2 ** 50;

/** |x_i − y_j|^order, shape [a.m, b.m]. @cost m·n·d */
export function pairCosts(a: PointCloud, b: PointCloud, order: TransportOrder): Float64Array {
  const { d } = a;
  const out = new Float64Array(a.m * b.m);
  for (let i = 0; i < a.m; i++) {
    for (let j = 0; j < b.m; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (a.points[i * d + k]! - b.points[j * d + k]!) ** 2;
      out[i * b.m + j] = order === 2 ? square : Math.sqrt(square);
    }
  }
  return out;
}

const hasEqualWeights = ({ weights }: PointCloud): boolean => weights.every((weight) => weight === weights[0]);

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Integer masses proportional to the weights; the largest takes up what rounding leaves, at most m/2 units. */
function roundedMasses({ m, weights }: PointCloud): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const masses = weights.map((weight) => Math.round((weight / total) * massUnits));
  let heaviest = 0;
  let sum = 0;
  for (let i = 0; i < m; i++) {
    sum += masses[i]!;
    if (masses[i]! > masses[heaviest]!) heaviest = i;
  }
  masses[heaviest]! += massUnits - sum;
  return masses;
}

/** Integer masses of two clouds with one total. Equal weights stay exact for any two sizes. */
function commonMasses(a: PointCloud, b: PointCloud): { supply: Float64Array; demand: Float64Array; total: number } {
  if (hasEqualWeights(a) && hasEqualWeights(b)) {
    const divisor = greatestCommonDivisor(a.m, b.m);
    const supply = new Float64Array(a.m).fill(b.m / divisor);
    return { supply, demand: new Float64Array(b.m).fill(a.m / divisor), total: (a.m * b.m) / divisor };
  }
  return { supply: roundedMasses(a), demand: roundedMasses(b), total: massUnits };
}

function requireSize(who: string, { m }: PointCloud): void {
  if (m <= maxTransportPoints) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `compares at most ${maxTransportPoints} points on each side`,
    got: `${m} points`,
    fix: "Take sliced-wasserstein, or fewer tokens",
    details: { points: m, most: maxTransportPoints },
  });
}

/** @throws out-of-range (more than 2,000 points in d > 1) */
export function requireTransportable(who: string, a: PointCloud, b: PointCloud): void {
  if (a.d === 1) return;
  requireSize(who, a);
  requireSize(who, b);
}

/**
 * W_p^p(a, b) = min over couplings of E|X − Y|^p, p = order, exactly: sorted points on the line; else an assignment for
 * equally many points of equal weight, and a transport plan otherwise (other weights count in units of 2^{−50}).
 * @throws out-of-range (more than 2,000 points in d > 1)
 * @cost m log m on the line; else O(n³) at worst, memory 8·m·n bytes for an assignment, twice that for a plan
 * @accuracy 1e-12 relative by the duality gap; 2^{−50}·max|x − y|^p per point of other weights (cloud-transport.test.ts)
 * @source derived
 */
export function cloudTransport(who: string, a: PointCloud, b: PointCloud, order: TransportOrder): number {
  if (a.d === 1) return stepTransport(sortedPoints(a), sortedPoints(b), order);
  requireTransportable(who, a, b);
  const cost = pairCosts(a, b, order);
  if (a.m === b.m && hasEqualWeights(a) && hasEqualWeights(b)) return assignment(cost, a.m).cost / a.m;
  const { supply, demand, total } = commonMasses(a, b);
  return transport({ cost, supply, demand }).cost / total;
}
