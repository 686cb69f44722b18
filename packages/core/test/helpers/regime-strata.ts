import { flip, normals, positive, product } from "./arrays.js";

/** A V = vI system Σ̇ = WΣ + ΣWᵀ + ΣQΣ and its start, drawn so that it lies in a stated part of the theory. */
export interface DrawnSystem {
  readonly stratum: string;
  readonly seed: number;
  readonly d: number;
  readonly A: Float64Array;
  readonly W: Float64Array;
  readonly cov: Float64Array;
  /** Regimes that the theory of the stratum allows. */
  readonly allowed: readonly string[];
}

type Parts = Pick<DrawnSystem, "A" | "W" | "cov" | "allowed">;

const scaled = (a: ArrayLike<number>, factor: number) => Float64Array.from(a, (value) => factor * value);
const plus = (a: ArrayLike<number>, b: ArrayLike<number>) => Float64Array.from(a, (value, k) => value + b[k]!);
const unit = (d: number, factor = 1) =>
  Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? factor : 0));
const zero = (d: number) => new Float64Array(d * d);
const skew = (d: number, seed: number) => {
  const g = normals(d * d, seed);
  return plus(g, scaled(flip(g, d, d), -1));
};
/** A similarity of a diagonal matrix, well conditioned. */
function withSpectrum(values: readonly number[], seed: number): Float64Array {
  const d = values.length;
  const T = plus(unit(d), normals(d * d, seed, 0.25));
  const scaledColumns = T.map((value, k) => value * values[k % d]!);
  return product(scaledColumns, inverseOf(T, d), d, d, d);
}
/** Gauss–Jordan with pivots; test-side, independent of the package. */
export function inverseOf(a: Float64Array, d: number): Float64Array {
  const work = Array.from({ length: d }, (_, i) => [...a.slice(i * d, i * d + d), ...unit(d).slice(i * d, i * d + d)]);
  for (let c = 0; c < d; c++) {
    let pivot = c;
    for (let i = c; i < d; i++) if (Math.abs(work[i]![c]!) > Math.abs(work[pivot]![c]!)) pivot = i;
    [work[c], work[pivot]] = [work[pivot]!, work[c]!];
    const lead = work[c]![c]!;
    work[c] = work[c]!.map((value) => value / lead);
    for (let i = 0; i < d; i++) {
      if (i === c) continue;
      const factor = work[i]![c]!;
      work[i] = work[i]!.map((value, j) => value - factor * work[c]![j]!);
    }
  }
  return Float64Array.from(work.flatMap((row) => row.slice(d)));
}
const thin = (d: number, r: number, seed: number) => {
  const g = normals(d * r, seed);
  return scaled(product(g, flip(g, d, r), d, r, d), 1 / d);
};
/** Numbers in (a, b), apart from each other. */
const spread = (d: number, a: number, b: number, seed: number) =>
  Array.from(normals(d, seed), (value, i) => a + ((b - a) * (i + 0.5 + 0.3 * Math.tanh(value))) / d);

/** Sizes d − 1 and d of the start's rank. */
const lower = (d: number) => Math.max(1, d - 1);

export const strata: Readonly<Record<string, (d: number, seed: number) => Parts>> = {
  "W = 0, Q ≻ 0": (d, s) => ({ A: positive(d, s), W: zero(d), cov: positive(d, s + 1), allowed: ["blow-up"] }),
  "W = 0, Q ≺ 0": (d, s) => ({
    A: scaled(positive(d, s), -1),
    W: zero(d),
    cov: positive(d, s + 1),
    allowed: ["decays"],
  }),
  "W = 0, Q indefinite": (d, s) => ({
    A: normals(d * d, s),
    W: zero(d),
    cov: positive(d, s + 1),
    allowed: d === 1 ? ["blow-up", "decays"] : ["blow-up", "decays"],
  }),
  "W = 0, Q ⪯ 0 with a kernel": (d, s) => ({
    A: scaled(thin(d, lower(d), s), -1),
    W: zero(d),
    cov: positive(d, s + 1),
    allowed: d === 1 ? ["decays"] : ["low-rank-limit"],
  }),
  "W = 0, singular start, Q indefinite": (d, s) => ({
    A: normals(d * d, s),
    W: zero(d),
    cov: thin(d, lower(d), s + 1),
    allowed: ["blow-up", "decays"],
  }),
  "W Hurwitz, Q ⪯ 0": (d, s) => ({
    A: scaled(thin(d, lower(d), s), -1),
    W: withSpectrum(spread(d, -1.5, -0.2, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: ["decays"],
  }),
  "W Hurwitz, Q ≻ 0": (d, s) => ({
    A: positive(d, s, 0.4),
    W: withSpectrum(spread(d, -1.5, -0.3, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: ["decays", "blow-up"],
  }),
  "W Hurwitz, Q indefinite": (d, s) => ({
    A: normals(d * d, s, 0.6),
    W: withSpectrum(spread(d, -1.5, -0.3, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: ["decays", "blow-up"],
  }),
  "W Hurwitz with rotation, Q indefinite": (d, s) => ({
    A: normals(d * d, s, 0.6),
    W: plus(skew(d, s + 2), unit(d, -0.5)),
    cov: positive(d, s + 1),
    allowed: ["decays", "blow-up"],
  }),
  "spec W in Re > 0, Q ≺ 0": (d, s) => ({
    A: scaled(positive(d, s), -1),
    W: withSpectrum(spread(d, 0.3, 1.5, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: ["bounded"],
  }),
  "spec W in Re > 0, Q ≺ 0, singular start": (d, s) => ({
    A: scaled(positive(d, s), -1),
    W: withSpectrum(spread(d, 0.3, 1.5, s + 2), s + 3),
    cov: thin(d, lower(d), s + 1),
    allowed: ["bounded"],
  }),
  "spec W in Re > 0, Q indefinite": (d, s) => ({
    A: normals(d * d, s),
    W: withSpectrum(spread(d, 0.3, 1.5, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: ["bounded", "blow-up"],
  }),
  "saddle W, Q ≺ 0": (d, s) => ({
    A: scaled(positive(d, s), -1),
    W: withSpectrum(saddle(d, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: d === 1 ? ["bounded"] : ["low-rank-limit"],
  }),
  "saddle W, Q indefinite": (d, s) => ({
    A: plus(normals(d * d, s, 0.3), unit(d, -0.5)),
    W: withSpectrum(saddle(d, s + 2), s + 3),
    cov: positive(d, s + 1, 0.5),
    allowed: ["blow-up", "low-rank-limit", "bounded"],
  }),
  "saddle W, singular start, Q ≺ 0": (d, s) => ({
    A: scaled(positive(d, s), -1),
    W: withSpectrum(saddle(d, s + 2), s + 3),
    cov: thin(d, lower(d), s + 1),
    allowed: ["bounded", "low-rank-limit"],
  }),
  "resonance λ_i + λ_j = 0, Q ≺ 0": (d, s) => ({
    A: scaled(positive(d, s), -1),
    W: withSpectrum(
      Array.from({ length: d }, (_, i) => (i % 2 === 0 ? 0.7 : -0.7)),
      s + 3,
    ),
    cov: positive(d, s + 1),
    allowed: d === 1 ? ["bounded"] : ["low-rank-limit"],
  }),
  "W skew, Q = 0": (d, s) => ({
    A: skew(d, s),
    W: skew(d, s + 2),
    cov: positive(d, s + 1),
    allowed: d === 1 ? ["bounded"] : ["oscillates"],
  }),
  "W skew, Q = −I": (d, s) => ({ A: unit(d, -0.5), W: skew(d, s + 2), cov: positive(d, s + 1), allowed: ["decays"] }),
  "W skew, Q = I": (d, s) => ({ A: unit(d, 0.5), W: skew(d, s + 2), cov: positive(d, s + 1), allowed: ["blow-up"] }),
  "W skew, Q indefinite": (d, s) => ({
    A: normals(d * d, s, 0.5),
    W: scaled(skew(d, s + 2), 2),
    cov: positive(d, s + 1, 0.5),
    allowed: ["blow-up", "decays", "oscillates", "low-rank-limit"],
  }),
  "Q = 0, spec W in Re > 0": (d, s) => ({
    A: skew(d, s),
    W: withSpectrum(spread(d, 0.3, 1.5, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: ["grows"],
  }),
  "Q = 0, saddle W": (d, s) => ({
    A: zero(d),
    W: withSpectrum(saddle(d, s + 2), s + 3),
    cov: positive(d, s + 1),
    allowed: ["grows"],
  }),
  "W = 0, Q = 0": (d, s) => ({ A: skew(d, s), W: zero(d), cov: positive(d, s + 1), allowed: ["bounded"] }),
  "W singular and stable, Q ≺ 0": (d, s) => ({
    A: scaled(positive(d, s), -1),
    W: withSpectrum([0, ...spread(d - 1, -1.5, -0.3, s + 2)].slice(0, d), s + 3),
    cov: positive(d, s + 1),
    allowed: ["decays"],
  }),
};

function saddle(d: number, seed: number): number[] {
  const sizes = spread(d, 0.3, 1.5, seed);
  return sizes.map((value, i) => (i % 2 === 0 ? value : -value));
}

/** `count` systems, every stratum in turn, d from 1 to 5. */
export function drawSystems(count: number): DrawnSystem[] {
  const names = Object.keys(strata);
  return Array.from({ length: count }, (_, k) => {
    const stratum = names[k % names.length]!;
    const seed = 1000 + 10 * k;
    const d = 1 + ((k + Math.floor(k / names.length)) % 5);
    return { stratum, seed, d, ...strata[stratum]!(d, seed) };
  });
}
