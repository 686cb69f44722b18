import { InputError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../laws/contract.js";

/** What two laws hold at one position, or in one bin of positions. */
export interface Pair {
  /** Their common mass there. */
  readonly mass: number;
  /** μ(·|s) and ν(·|s). */
  readonly a: PointCloud;
  readonly b: PointCloud;
}

/** Rounding of a sum of up to a million weights. */
const massTolerance = 1e-9;
/** Positions this near an edge belong to the bin on its left: (i+1)/n is rounded. */
const edgeTolerance = 1e-9;

function refuse(code: "missing" | "incompatible" | "out-of-range", rule: string, got: string, fix: string): never {
  throw new InputError({ code, who: "conditional-wasserstein", rule, got, fix });
}

/** Indices of the points by position, or by bin ((k/bins, (k+1)/bins]). */
function grouped({ m, positions }: PointCloud, bins: number | null): Map<number, number[]> {
  if (positions === undefined || positions.length !== m) {
    const got = positions === undefined ? "a cloud without positions" : `${positions.length} of them for ${m} points`;
    return refuse("missing", "every point needs a position", got, "Take wasserstein, which needs none");
  }
  const groups = new Map<number, number[]>();
  for (let i = 0; i < m; i++) {
    const position = positions[i]!;
    if (!(position >= 0 && position <= 1)) {
      refuse("out-of-range", "positions must lie in [0, 1]", `${position} at point ${i}`, "Take (i + 1)/n");
    }
    const key = bins === null ? position : Math.max(0, Math.ceil(position * bins - edgeTolerance) - 1);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  return groups;
}

const massOf = ({ weights }: PointCloud, indices: readonly number[]): number =>
  indices.reduce((sum, i) => sum + weights[i]!, 0);

function conditional({ d, points, weights }: PointCloud, indices: readonly number[], mass: number): PointCloud {
  const out = new Float64Array(indices.length * d);
  indices.forEach((i, k) => {
    out.set(points.subarray(i * d, i * d + d), k * d);
  });
  const shares = Float64Array.from(indices, (i) => weights[i]! / mass);
  return { kind: "point-cloud", m: indices.length, d, points: out, weights: shares };
}

/**
 * The conditional laws of two clouds on (position, x), position by position, in order; bins without mass are left out.
 * @param bins null for single positions, or the number of equal bins of [0, 1]
 * @throws missing (no positions), out-of-range (a position outside [0, 1]), incompatible (different marginals)
 * @cost m log m
 */
export function conditionals(a: PointCloud, b: PointCloud, bins: number | null): Pair[] {
  const [first, second] = [grouped(a, bins), grouped(b, bins)];
  const keys = [...new Set([...first.keys(), ...second.keys()])].sort((x, y) => x - y);
  const what = bins === null ? "position" : "bin";
  const pairs: Pair[] = [];
  for (const key of keys) {
    const [left, right] = [first.get(key) ?? [], second.get(key) ?? []];
    const [mass, other] = [massOf(a, left), massOf(b, right)];
    if (!(Math.abs(mass - other) <= massTolerance)) {
      refuse(
        "incompatible",
        "both laws must have the same mass at every position",
        `${mass} and ${other} at ${what} ${key}`,
        "Give bins that hold equally many tokens of both, or take wasserstein",
      );
    }
    if (mass > 0) pairs.push({ mass, a: conditional(a, left, mass), b: conditional(b, right, other) });
  }
  return pairs;
}
