import { InputError } from "../../foundation/errors/index.js";
import {
  eigenvalues,
  frobeniusNorm,
  lyapunov,
  symmetricEigenvalues,
  transpose,
} from "../../foundation/linear-algebra/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import { findCrossing } from "../../solve/index.js";
import { congruence } from "../shared/matrix-forms.js";
import { riccatiSystem, scalarValueSystem } from "../shared/riccati-system.js";
import { movingRange } from "./moving-range.js";

/**
 * The number whose sign tells blow-up (positive) from none (negative) by theory, where V = vI: λ_max(Σ_0^½QΣ_0^½) for
 * W = 0, λ_max(Σ_0^½XΣ_0^½) − 1 with WᵀX + XW = −Q for W Hurwitz and Q ⪰ 0. Its zero set is the boundary to draw into a
 * map of regimes. Undefined where theory has no such number.
 *
 * @accuracy statistics.test.ts: its sign is the verdict's, and its zero the closed form's
 * @source theory.md §2
 */
export function blowUpMargin(model: Model, initial: InitialLaw): number | undefined {
  const system = riccatiSystem(model);
  const scalar = system && scalarValueSystem(system);
  if (scalar === undefined) return undefined;
  const { k, r, factor, system: inside } = movingRange(scalar, initial.moments().cov);
  if (r === 0) return undefined;
  const { Q, W } = inside;
  const top = (X: Float64Array) => symmetricEigenvalues(congruence(X, factor, k, r), r)[r - 1]!;
  if (frobeniusNorm(W) <= 1e-13 * frobeniusNorm(scalar.W)) return top(Q);
  const hurwitz = eigenvalues(W, k).re.every((value) => value < 0);
  const spectrum = symmetricEigenvalues(Q, k);
  const lowest = spectrum[0]!;
  if (!hurwitz || lowest < -1e-12 * Math.max(Math.abs(lowest), spectrum[k - 1]!)) return undefined;
  const X = lyapunov(
    transpose(W, k, k),
    Q.map((value) => -value),
    k,
  );
  return top(X) - 1;
}

/** A point of a boundary in the plane of two parameters. */
export interface BoundaryPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Points (x, y) where a margin changes sign: along every x, each sign change between neighbouring y, by root finding.
 *
 * @param marginAt undefined where theory says nothing; such intervals have no points
 * @param ys ascending
 * @throws empty
 * @cost |x||y| margins, and about ten more per point
 */
export function boundaryOf(
  marginAt: (x: number, y: number) => number | undefined,
  xs: readonly number[],
  ys: readonly number[],
): BoundaryPoint[] {
  if (xs.length === 0 || ys.length < 2) {
    throw new InputError({
      code: "empty",
      who: "boundaryOf",
      rule: "at least one x and two y are needed",
      got: `${xs.length} and ${ys.length}`,
    });
  }
  return xs.flatMap((x) => {
    const margins = ys.map((y) => marginAt(x, y));
    return ys.slice(1).flatMap((y, k) => {
      const [before, after] = [margins[k], margins[k + 1]];
      if (before === undefined || after === undefined || before > 0 === after > 0) return [];
      const g = (at: number) => marginAt(x, at) ?? Number.NaN;
      return [{ x, y: findCrossing(g, ys[k]!, y, before, after).t }];
    });
  });
}
