import { SolveError } from "../errors/index.js";

/** A quadrature rule ∫f ≈ Σ_i weights[i]·f(nodes[i]) on the line. */
export interface QuadratureRule {
  /** n, ascending */
  readonly nodes: Float64Array;
  /** n, positive (0 only below the smallest float64) */
  readonly weights: Float64Array;
}

/** Orthonormal polynomials: t·p_k = b_{k+1}·p_{k+1} + a_k·p_k + b_k·p_{k−1}. */
export interface OrthogonalRecurrence {
  /** n: a_0 … a_{n−1} */
  readonly a: Float64Array;
  /** n + 1: b_0 is not used, b_1 … b_n > 0 */
  readonly b: Float64Array;
}

const maxSweeps = 60;

/** Eigenvalues, ascending, of the symmetric tridiagonal matrix with diagonal a and off-diagonal b_1 … b_{n−1}. */
function tridiagonalEigenvalues({ a, b }: OrthogonalRecurrence): Float64Array {
  const n = a.length;
  const diagonal = a.slice();
  const off = new Float64Array(n);
  for (let k = 1; k < n; k++) off[k - 1] = b[k]!;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      while (high < n - 1) {
        const size = Math.abs(diagonal[high]!) + Math.abs(diagonal[high + 1]!);
        if (Math.abs(off[high]!) <= 0.5 * Number.EPSILON * size) break;
        high++;
      }
      if (high === low) break;
      if (sweep === maxSweeps) {
        throw new SolveError({
          code: "no-convergence",
          who: "Gauss quadrature",
          rule: `every node must converge within ${maxSweeps} sweeps`,
          got: `node ${low} of ${n}`,
          fix: "Report the rule asked for",
        });
      }
      implicitSweep(diagonal, off, low, high);
    }
  }
  return diagonal.sort();
}

/** One implicit QL sweep with Wilkinson's shift on the unreduced block low…high. */
function implicitSweep(diagonal: Float64Array, off: Float64Array, low: number, high: number): void {
  const half = (diagonal[low + 1]! - diagonal[low]!) / (2 * off[low]!);
  const radius = Math.hypot(half, 1);
  let g = diagonal[high]! - diagonal[low]! + off[low]! / (half + (half >= 0 ? radius : -radius));
  let [s, c, p] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = s * off[i]!;
    const e = c * off[i]!;
    const r = Math.hypot(f, g);
    off[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1]! -= p;
      off[high] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = diagonal[i + 1]! - p;
    const t = (diagonal[i]! - g) * s + 2 * c * e;
    p = s * t;
    diagonal[i + 1] = g + p;
    g = c * t - e;
  }
  diagonal[low]! -= p;
  off[low] = g;
  off[high] = 0;
}

/** p_n/p_n′ at t and 1/Σ_{k<n} p_k(t)² for p_0 = 1; rescaled on the way, since p_k may pass the float64 range. */
function evaluate({ a, b }: OrthogonalRecurrence, t: number): { step: number; weight: number } {
  const n = a.length;
  let [before, here, slopeBefore, slope, sum, scales] = [0, 1, 0, 0, 0, 0];
  for (let k = 0; k < n; k++) {
    sum += here * here;
    const below = k === 0 ? 0 : b[k]!;
    const next = ((t - a[k]!) * here - below * before) / b[k + 1]!;
    const slopeNext = (here + (t - a[k]!) * slope - below * slopeBefore) / b[k + 1]!;
    [before, here, slopeBefore, slope] = [here, next, slope, slopeNext];
    if (Math.abs(here) > 1e100) {
      [before, here, slopeBefore, slope] = [before * 1e-100, here * 1e-100, slopeBefore * 1e-100, slope * 1e-100];
      sum *= 1e-200;
      scales++;
    }
  }
  let weight = 1 / sum;
  for (let k = 0; k < scales; k++) weight *= 1e-200;
  return { step: slope === 0 ? 0 : here / slope, weight };
}

/**
 * The Gauss rule of a recurrence: nodes are the eigenvalues of its Jacobi matrix, refined by two Newton steps on p_n;
 * weights are mass/Σ_{k<n} p_k(node)².
 * @param recurrence coefficients, n of them
 * @param mass total mass of the weight function (1)
 * @param symmetry "even" makes the rule of an even weight symmetric to the last bit
 * @throws no-convergence
 * @cost O(n²) time, O(n) memory
 * @source Golub and Welsch, Mathematics of Computation 23 (1969)
 */
export function gaussRule(recurrence: OrthogonalRecurrence, mass: number, symmetry: "even" | "none"): QuadratureRule {
  const n = recurrence.a.length;
  const nodes = tridiagonalEigenvalues(recurrence);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (symmetry === "even" && 2 * i + 1 > n) {
      nodes[i] = -nodes[n - 1 - i]!;
      weights[i] = weights[n - 1 - i]!;
      continue;
    }
    if (symmetry === "even" && 2 * i + 1 === n) nodes[i] = 0;
    else for (let k = 0; k < 2; k++) nodes[i]! -= evaluate(recurrence, nodes[i]!).step;
    weights[i] = evaluate(recurrence, nodes[i]!).weight;
  }
  // The exact rule has Σ weights = mass; the division also takes out the common part of the rounding.
  const total = weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < n; i++) weights[i] = (weights[i]! / total) * mass;
  return { nodes, weights };
}
