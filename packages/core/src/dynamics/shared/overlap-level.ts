import type { InitialLaw, PointCloud } from "../../laws/contract.js";
import { anisotropy, type IsotropicHead, isotropicHeadsOf, type Model } from "../../model/index.js";
import type { BoundLevel, LevelContext } from "../contract.js";

/** How far the inner products of equiangular tokens may differ: rounding of about twelve printed digits. */
const tolerance = 1e-11;

function inner(points: Float64Array, d: number, i: number, j: number): number {
  let sum = 0;
  for (let a = 0; a < d; a++) sum += points[i * d + a]! * points[j * d + a]!;
  return sum;
}

/** Why the tokens are not equiangular on the unit sphere, or undefined when they are. */
function irregularity({ points, m: n, d }: PointCloud): string | undefined {
  const overlap = inner(points, d, 0, 1);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const wanted = i === j ? 1 : overlap;
      const got = inner(points, d, i, j);
      if (Math.abs(got - wanted) > tolerance)
        return `tokens ${j} and ${i} have inner product ${got} instead of ${wanted}: they are not equiangular`;
    }
  }
  return undefined;
}

/** Why there is no reduction to one overlap. */
export function overlapObstacle(model: Model, initial: InitialLaw): string | undefined {
  if (initial.n === undefined || initial.n < 2) return `the law ${initial.name} does not have two tokens or more`;
  return anisotropy(model) ?? irregularity(initial.cloud());
}

/**
 * Puts n equiangular tokens back in place: their mean direction e and their directions f_i from it never turn, so
 * x_i = λe + √(1 − λ²)f_i with λ² = (1 + (n − 1)ρ)/n.
 */
function placement({ points, m: n, d }: PointCloud): (rho: number, out: Float64Array) => void {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) mean[a]! += points[i * d + a]! / n;
  const length = Math.sqrt(inner(mean, d, 0, 0));
  const away = points.map((value, k) => value - mean[k % d]!);
  const radius = Math.sqrt(inner(away, d, 0, 0));
  return (rho, out) => {
    const along = Math.sqrt(Math.max(0, 1 + (n - 1) * rho) / n);
    const across = Math.sqrt(Math.max(0, ((n - 1) / n) * (1 - rho)));
    for (let k = 0; k < n * d; k++) {
      const common = length === 0 ? 0 : (along / length) * mean[k % d]!;
      out[k] = common + (radius === 0 ? 0 : (across / radius) * away[k]!);
    }
  };
}

/**
 * ⟨x_j, Γ(x_i)⟩ − ρ⟨x_i, Γ(x_i)⟩ for n equiangular unit tokens: Σ_h v w(ρ)(1 − ρ)((n − 1)ρ + 1)/Z, with
 * Z = w(1) + (n − 1)w(ρ), or n for weights that are not normalised.
 *
 * @source theory.md §3; several heads and other weights: derived
 */
function overlapForce(heads: readonly IsotropicHead[], n: number, rho: number): number {
  let sum = 0;
  for (let h = 0; h < heads.length; h++) {
    const { value, normalisation, weight } = heads[h]!;
    const other = weight(rho);
    sum += (value * other) / (normalisation === "partition" ? weight(1) + (n - 1) * other : n);
  }
  return sum * (1 - rho) * ((n - 1) * rho + 1);
}

/** ρ̇ = 2(⟨x_j, Γ(x_i)⟩ − ρ⟨x_i, Γ(x_i)⟩): n equiangular tokens as one number. State: ρ. */
export function overlapLevel(name: string, { model, initial }: LevelContext): BoundLevel {
  const cloud = initial.cloud();
  const { m: n, d } = cloud;
  const place = placement(cloud);
  const headsAt = isotropicHeadsOf(model);
  return {
    name,
    kind: "point-cloud",
    n,
    problem: {
      y0: Float64Array.of(inner(cloud.points, d, 0, 1)),
      layout: { overlap: { offset: 0, shape: [] } },
      breakpoints: model.breakpoints,
      drift(t, y, out) {
        out[0] = 2 * overlapForce(headsAt(t), n, y[0]!);
      },
    },
    law(y) {
      const points = new Float64Array(n * d);
      place(y[0]!, points);
      return { ...cloud, points };
    },
    events: [],
    confirmStops: false,
  };
}
