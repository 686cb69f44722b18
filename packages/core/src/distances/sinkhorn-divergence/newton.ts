import { dot, softMinimum } from "./soft-minimum.js";

/** Two weighted clouds and their costs in units of ε, by rows. */
export interface EntropicProblem {
  /** Shape [m, n]. */
  readonly c: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly logB: Float64Array;
}

/** Most inner steps of a direction, each two products with the plan. */
const innerSteps = 200;
const halvings = 12;

/** The plan a_i b_j exp(f_i + g_j − c_ij); its rows have the right sums when f is the soft minimum of g. */
function planOf({ c, a, b }: EntropicProblem, f: Float64Array, g: Float64Array): Float64Array {
  const n = b.length;
  const out = new Float64Array(c.length);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < n; j++) out[i * n + j] = a[i]! * b[j]! * Math.exp(f[i]! + g[j]! - c[i * n + j]!);
  }
  return out;
}

/** out = diag(columns)x − Pᵀdiag(1/a)Px, the negative Hessian of the dual in g. */
function applyHessian(plan: Float64Array, a: Float64Array, columns: Float64Array, x: Float64Array, out: Float64Array) {
  const n = x.length;
  for (let j = 0; j < n; j++) out[j] = columns[j]! * x[j]!;
  for (let i = 0; i < a.length; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += plan[i * n + j]! * x[j]!;
    sum /= a[i]!;
    for (let j = 0; j < n; j++) out[j]! -= plan[i * n + j]! * sum;
  }
}

/** Conjugate gradients, scaled by the diagonal, for the direction in which the gradient vanishes to first order. */
function direction(plan: Float64Array, a: Float64Array, columns: Float64Array, gradient: Float64Array): Float64Array {
  const n = gradient.length;
  const x = new Float64Array(n);
  const r = gradient.slice();
  const z = r.map((value, j) => value / columns[j]!);
  const p = z.slice();
  const applied = new Float64Array(n);
  let energy = dot(r, z);
  // Superlinear: the closer to the solution, the smaller the residual asked for.
  const goal = energy * Math.min(0.01, energy);
  for (let k = 0; k < innerSteps && energy > goal; k++) {
    applyHessian(plan, a, columns, p, applied);
    const curvature = dot(p, applied);
    if (!(curvature > 0)) break;
    const step = energy / curvature;
    for (let j = 0; j < n; j++) {
      x[j]! += step * p[j]!;
      r[j]! -= step * applied[j]!;
      z[j] = r[j]! / columns[j]!;
    }
    const next = dot(r, z);
    for (let j = 0; j < n; j++) p[j] = z[j]! + (next / energy) * p[j]!;
    energy = next;
  }
  return x;
}

/**
 * One Newton step of the concave dual g ↦ Σ a_i f_i(g) + Σ b_j g_j, f the soft minimum of g, with a step length that
 * raises it. `g` moves in place; it stays where no step length does.
 * @param f the soft minimum of g
 * @param next the soft minimum of f, so that the columns of the plan sum to b_j·exp(g_j − next_j)
 * @cost one to twelve soft minima and up to 200 pairs of products with the plan; memory 8·m·n bytes
 * @source derived
 */
export function newtonStep(problem: EntropicProblem, f: Float64Array, g: Float64Array, next: Float64Array): void {
  const { c, a, b, logB } = problem;
  const columns = b.map((weight, j) => weight * Math.exp(g[j]! - next[j]!));
  if (columns.some((mass) => !(mass > 0 && mass < Number.POSITIVE_INFINITY))) return;
  const gradient = b.map((weight, j) => weight - columns[j]!);
  const way = direction(planOf(problem, f, g), a, columns, gradient);
  const slope = dot(gradient, way);
  const value = dot(a, f) + dot(b, g);
  const [moved, response] = [g.slice(), f.slice()];
  for (let [k, length] = [0, 1]; k < halvings; k++, length /= 2) {
    for (let j = 0; j < g.length; j++) moved[j] = g[j]! + length * way[j]!;
    softMinimum(c, logB, moved, response);
    const gain = dot(a, response) + dot(b, moved) - value;
    // Near the solution the gain drowns in rounding; there the full step is right.
    if (gain >= 1e-4 * length * slope || slope < 1e-12) {
      g.set(moved);
      return;
    }
  }
}
