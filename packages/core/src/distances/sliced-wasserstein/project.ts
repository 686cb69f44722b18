import { frobeniusNorm, matVec, psdSqrt } from "../../foundation/linear-algebra/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";
import { type LineLaw, normalCells } from "./quantiles.js";

/** The law of ⟨θ, X⟩ as a function of the direction θ, shape [d]; valid until the next call. */
export type Projector = (direction: Float64Array) => LineLaw;

function projectGaussian({ d, mean, cov }: Gaussian): Projector {
  const { sqrt } = psdSqrt(cov, d);
  const rooted = new Float64Array(d);
  return (direction) => {
    let shift = 0;
    for (let a = 0; a < d; a++) shift += direction[a]! * mean[a]!;
    matVec(sqrt, direction, d, d, rooted);
    return { kind: "normal", mean: shift, deviation: frobeniusNorm(rooted) };
  };
}

function projectEqual({ m, d, points }: PointCloud): Projector {
  const values = new Float64Array(m);
  const ends = Float64Array.from({ length: m }, (_, i) => (i + 1) / m);
  const cells = normalCells(ends);
  return (direction) => {
    matVec(points, direction, m, d, values);
    values.sort();
    return { kind: "points", values, ends, cells };
  };
}

function projectWeighted({ m, d, points, weights }: PointCloud): Projector {
  const raw = new Float64Array(m);
  const values = new Float64Array(m);
  const ends = new Float64Array(m);
  const order = new Uint32Array(m);
  return (direction) => {
    matVec(points, direction, m, d, raw);
    for (let i = 0; i < m; i++) order[i] = i;
    order.sort((i, j) => raw[i]! - raw[j]!);
    let total = 0;
    for (let i = 0; i < m; i++) {
      values[i] = raw[order[i]!]!;
      total += weights[order[i]!]!;
      ends[i] = total;
    }
    for (let i = 0; i < m; i++) ends[i]! /= total;
    return { kind: "points", values, ends };
  };
}

/** @cost Gaussian: O(d³) once, d² per direction; cloud: m·d + m log m per direction, memory O(m) */
export function projectorOf(law: Law): Projector {
  if (law.kind === "gaussian") return projectGaussian(law);
  const equal = law.weights.every((weight) => weight === law.weights[0]);
  return equal ? projectEqual(law) : projectWeighted(law);
}
