import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { type CovarianceGenerator, covarianceRate } from "../shared/linearised.js";
import type { Sample } from "./limiting-rank.js";
import type { Hypothesis } from "./verdict.js";

/** Nats of |Σ| between the three states that are compared, and how far from there a state may lie. */
const stretch = 6;
const off = 2.5;
/** What the rate at the end must be of that before, at least: a falling rate may turn into anything. */
const held = 0.8;
/** |Σ| over the start's before this is asked, and how far the rate may have risen on the way: beyond, it is a transient. */
const grown = 1e8;
const risen = 4;
/** Part of the rate by which its slope may seem to grow: the rates are read off a flow at 1e-8. */
const slack = 0.02;

interface Point {
  /** log |Σ|. */
  readonly size: number;
  readonly t: number;
  /** d log|Σ|/dt. */
  readonly rate: number;
}

function pointOf({ t, cov }: Sample, generator: CovarianceGenerator, d: number): Point {
  const norm = frobeniusNorm(cov);
  const velocity = covarianceRate(generator, cov, d);
  const inner = cov.reduce((sum, value, k) => sum + (value / norm) * (velocity[k]! / norm), 0);
  return { size: Math.log(norm), t, rate: inner };
}

/** The states where |Σ| was e^{−12}, e^{−6} and 1 times what it is now, as far as there are such. */
function threeOf(samples: readonly Sample[], generator: CovarianceGenerator, d: number): Point[] | undefined {
  const end = Math.log(frobeniusNorm(samples.at(-1)!.cov));
  const found = [2 * stretch, stretch, 0].map((back) => {
    const distance = ({ cov }: Sample) => Math.abs(Math.log(frobeniusNorm(cov)) - (end - back));
    const nearest = samples.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    return distance(nearest) < off ? pointOf(nearest, generator, d) : undefined;
  });
  return found.every((one) => one !== undefined) ? found : undefined;
}

/**
 * Growth whose rate λ rises no faster than log|Σ|: with ℓ = log|Σ| and λ(ℓ) concave, λ ≤ a + bℓ, ℓ grows at most
 * exponentially, and |Σ| escapes at no finite depth. A blow-up |Σ| ~ (t* − t)^{−q} has λ ~ e^{ℓ/q}, convex.
 *
 * @returns the rate at the end and what was checked, or undefined where that does not show
 * @source derived
 */
export function slowingGrowth(
  samples: readonly Sample[],
  generator: CovarianceGenerator,
  d: number,
): { readonly rate: number; readonly hypotheses: readonly Hypothesis[] } | undefined {
  const growth = frobeniusNorm(samples.at(-1)!.cov) / frobeniusNorm(samples[0]!.cov);
  const points = growth > grown ? threeOf(samples, generator, d) : undefined;
  if (points === undefined) return undefined;
  const [first, middle, last] = points as [Point, Point, Point];
  const mean = (a: Point, b: Point) => (b.size - a.size) / (b.t - a.t);
  const smooth = [
    [first, middle],
    [middle, last],
  ].every(([a, b]) => {
    const between = mean(a!, b!);
    return between > held * Math.min(a!.rate, b!.rate) && between < Math.max(a!.rate, b!.rate) / held;
  });
  const slope = (a: Point, b: Point) => (b.rate - a.rate) / (b.size - a.size);
  const [before, now] = [slope(first, middle), slope(middle, last)];
  const allowed = Math.max(before, 0) + (slack * last.rate) / stretch;
  const going = first.rate > 0 && last.rate >= held * middle.rate && last.rate <= risen * first.rate;
  if (!(going && smooth && now <= allowed)) return undefined;
  return {
    rate: last.rate,
    hypotheses: [
      { name: "the growth rate over the last 12 nats of |Σ|", holds: true, value: points.map((one) => one.rate) },
      {
        name: "it rises no faster than log |Σ|: dλ/d log|Σ| does not rise",
        holds: true,
        value: [before, now],
        margin: allowed - now,
      },
    ],
  };
}
