import { InputError } from "../../foundation/errors/index.js";
import { isExact, sampleLaw } from "../../foundation/law/index.js";
import { bandOf, type NullBand } from "../../foundation/statistics/index.js";
import type { Law } from "../../laws/contract.js";

export type { NullBand };

/** How many points are drawn on each side; "law" is the Gaussian or the density itself, not a sample of it. */
export interface NullSizes {
  readonly a: number | "law";
  readonly b: number | "law";
}

export interface NullOptions {
  /** Number of independent pairs. */
  readonly repeats: number;
  readonly seed: number;
}

function refuse(code: "incompatible" | "out-of-range", rule: string, got: string, fix: string): never {
  throw new InputError({ code, who: "null band", rule, got, fix });
}

function requireUsable(law: Law, sizes: NullSizes, repeats: number): void {
  if (!(Number.isSafeInteger(repeats) && repeats >= 1)) {
    refuse(
      "out-of-range",
      "repeats must be a positive integer",
      String(repeats),
      "Take at least 100 for the quantiles",
    );
  }
  for (const size of [sizes.a, sizes.b]) {
    if (size !== "law" && !(Number.isSafeInteger(size) && size >= 1)) {
      refuse("out-of-range", 'a size must be a positive integer or "law"', String(size), "Give the number of tokens");
    }
    if (size === "law" && !isExact(law)) {
      refuse("incompatible", 'the size "law" needs a Gaussian or a density', law.kind, "Give two numbers of points");
    }
  }
  if (sizes.a === "law" && sizes.b === "law") {
    refuse(
      "out-of-range",
      "one side must be a sample",
      "the law on both sides",
      "The distance of a law to itself is 0",
    );
  }
  if (law.kind === "point-cloud" && !isExact(law) && law.weights.some((weight) => weight !== law.weights[0])) {
    refuse("incompatible", "points are drawn with equal chances", "unequal weights", "Take the moments of the cloud");
  }
}

/**
 * The quantiles .05, .5, .95 of a distance between two independent draws of one law: what a distance looks like when
 * there is nothing to see. Two samples at the same n are the sizes { a: n, b: n }; a sample against the Gaussian
 * itself is { a: n, b: "law" }.
 * @param law a Gaussian, a density on a grid (its nodes are drawn), or points of equal weight (drawn with replacement)
 * @throws out-of-range, incompatible
 * @cost repeats × (two draws and one distance)
 * @accuracy a fresh pair lies inside about nine times in ten (null-band.test.ts)
 * @source theory.md §2.2
 */
export function nullBand(
  distance: (a: Law, b: Law) => number,
  law: Law,
  sizes: NullSizes,
  { repeats, seed }: NullOptions,
): NullBand {
  requireUsable(law, sizes, repeats);
  const draw = (size: number | "law", side: string, repeat: number): Law =>
    size === "law" ? law : sampleLaw(law, size, seed, `null band ${side} ${repeat}`);
  const values = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) values[r] = distance(draw(sizes.a, "a", r), draw(sizes.b, "b", r));
  return bandOf(values);
}

/**
 * The quantiles .05, .5, .95 of a statistic of one law over independent samples of n points: what it looks like on n
 * points of this law.
 * @param statistic a number for each law
 * @param law a Gaussian, a density on a grid (its nodes are drawn), or points of equal weight (drawn with replacement)
 * @param n number of points of each sample
 * @throws out-of-range, incompatible
 * @cost repeats × (one draw and one statistic)
 * @accuracy mean and spread of Mardia's statistics against their exact and limit laws (mardia.test.ts)
 * @source theory.md §2.2
 */
export function statisticBand(
  statistic: (law: Law) => number,
  law: Law,
  n: number,
  { repeats, seed }: NullOptions,
): NullBand {
  requireUsable(law, { a: n, b: n }, repeats);
  const values = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) values[r] = statistic(sampleLaw(law, n, seed, `statistic band ${r}`));
  return bandOf(values);
}
