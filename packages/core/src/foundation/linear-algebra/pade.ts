import type { LinearAlgebra } from "./contract.js";

/** Numerator coefficients of the (m, m) Padé approximant of e^x: (2m − k)!·m!/((2m)!·k!·(m − k)!), scaled to integers. */
const coefficients = {
  3: [120, 60, 12, 1],
  5: [30240, 15120, 3360, 420, 30, 1],
  7: [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1],
  9: [17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1],
  13: [
    64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
    670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
  ],
} as const;

/** The degrees that can be evaluated. */
export type PadeDegree = keyof typeof coefficients;

/** The even powers a², a⁴, … of a matrix, as many as were asked for so far. */
export interface EvenPowers {
  /** Who multiplies. */
  readonly algebra: Pick<LinearAlgebra, "matMul">;
  readonly d: number;
  readonly a: Float64Array;
  /** powers[k] = a^{2k + 2} */
  readonly powers: Float64Array[];
}

function times({ algebra, d }: EvenPowers, x: Float64Array, y: Float64Array): Float64Array {
  const out = new Float64Array(d * d);
  algebra.matMul(x, y, d, d, d, out);
  return out;
}

/** a^{2k}, k ≥ 1, computed once. @cost 2d³ when new */
export function evenPower(p: EvenPowers, k: number): Float64Array {
  while (p.powers.length < k) {
    const last = p.powers[p.powers.length - 1];
    p.powers.push(last === undefined ? times(p, p.a, p.a) : times(p, p.powers[0]!, last));
  }
  return p.powers[k - 1]!;
}

/** Σ_k b(2k + shift)·a^{2k}·scale^{2k} over from ≤ k ≤ to, divided by a^{2·from}. */
function polynomial(
  p: EvenPowers,
  b: readonly number[],
  shift: 0 | 1,
  from: number,
  to: number,
  scale: number,
): Float64Array {
  const out = new Float64Array(p.d * p.d);
  for (let k = to; k > from; k--) {
    const factor = b[2 * k + shift]! * scale ** (2 * (k - from));
    const power = evenPower(p, k - from);
    for (let i = 0; i < out.length; i++) out[i]! += factor * power[i]!;
  }
  for (let i = 0; i < p.d; i++) out[i * p.d + i]! += b[2 * from + shift]!;
  return out;
}

/** The half of degree 13: a⁶·(b₁₂a⁶ + b₁₀a⁴ + b₈a²) + b₆a⁶ + b₄a⁴ + b₂a² + b₀. */
function thirteen(p: EvenPowers, b: readonly number[], shift: 0 | 1, scale: number): Float64Array {
  const upper = polynomial(p, b, shift, 3, 6, scale);
  for (let i = 0; i < p.d; i++) upper[i * p.d + i]! -= b[6 + shift]!;
  const product = times(p, evenPower(p, 3), upper);
  const low = polynomial(p, b, shift, 0, 3, scale);
  const factor = scale ** 6;
  for (let i = 0; i < low.length; i++) low[i]! += factor * product[i]!;
  return low;
}

/**
 * Numerator u + v and denominator v − u of the (m, m) Padé approximant of e^{scale·a}.
 * @cost (m − 1)/2 products for m ≤ 9, 6 for m = 13
 * @source derived (Padé; evaluation of Higham)
 */
export function padeParts(
  p: EvenPowers,
  degree: PadeDegree,
  scale: number,
): { numerator: Float64Array; denominator: Float64Array } {
  const b: readonly number[] = coefficients[degree];
  const half = (shift: 0 | 1): Float64Array =>
    degree === 13 ? thirteen(p, b, shift, scale) : polynomial(p, b, shift, 0, (degree - 1) / 2, scale);
  const u = times(p, p.a, half(1));
  const v = half(0);
  const numerator = new Float64Array(v.length);
  const denominator = new Float64Array(v.length);
  for (let i = 0; i < v.length; i++) {
    const odd = scale * u[i]!;
    numerator[i] = v[i]! + odd;
    denominator[i] = v[i]! - odd;
  }
  return { numerator, denominator };
}
