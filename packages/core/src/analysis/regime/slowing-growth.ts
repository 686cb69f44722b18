import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { type CovarianceGenerator, covarianceRate } from "../shared/covariance-flow.js";
import type { Sample } from "./limiting-rank.js";
import type { Hypothesis } from "./verdict.js";

/**
 * Nats of |Σ| between the three states that are compared; the shorter where the flow has been followed as far as float64
 * resolves it, attention being 10⁹ times stronger than what it and W leave of each other.
 */
const [stretch, shortStretch] = [6, 3];
/** How far from there a state may lie, in stretches. */
const off = 0.4;
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

/** The states where |Σ| was e^{−2·nats}, e^{−nats} and 1 times what it is now, as far as there are such. */
function threeOf(
  samples: readonly Sample[],
  generator: CovarianceGenerator,
  d: number,
  nats: number,
): Point[] | undefined {
  const end = Math.log(frobeniusNorm(samples.at(-1)!.cov));
  const found = [2 * nats, nats, 0].map((back) => {
    const distance = ({ cov }: Sample) => Math.abs(Math.log(frobeniusNorm(cov)) - (end - back));
    const nearest = samples.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    return distance(nearest) < off * nats ? pointOf(nearest, generator, d) : undefined;
  });
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** A certificate of growth at no finite depth. */
export interface BoundedGrowth {
  /** d log|Σ|/dt at the end. */
  readonly rate: number;
  readonly hypotheses: readonly Hypothesis[];
}

/** λ at three states, so many nats apart, and whether it rises no faster than log|Σ|. */
function slowing([first, middle, last]: readonly [Point, Point, Point], nats: number): BoundedGrowth | undefined {
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
  // What convexity shows over a stretch falls with its square.
  const allowed = Math.max(before, 0) + (slack * (nats / stretch) ** 2 * last.rate) / nats;
  const going = first.rate > 0 && last.rate >= held * middle.rate && last.rate <= risen * first.rate;
  if (!(going && smooth && now <= allowed)) return undefined;
  return {
    rate: last.rate,
    hypotheses: [
      {
        name: `the growth rate over the last ${2 * nats} nats of |Σ|`,
        holds: true,
        value: [first.rate, middle.rate, last.rate],
      },
      {
        name: "it rises no faster than log |Σ|: dλ/d log|Σ| does not rise",
        holds: true,
        value: [before, now],
        margin: allowed - now,
      },
    ],
  };
}

/** How far the greatest rate of one stretch may be from that of the next, and the least number of states in each. */
const alike = 0.05;
const crowd = 8;

/**
 * λ swings between the same bounds over two stretches of 6 nats: growth in bursts, as of a direction that goes round while
 * attention holds it on a slow manifold.
 */
function recurring(points: readonly Point[]): BoundedGrowth | undefined {
  const end = points.at(-1)!.size;
  const within = (from: number, to: number) => points.filter(({ size }) => size > end - from && size <= end - to);
  const [early, late] = [within(2 * stretch, stretch), within(stretch, 0)];
  if (early.length < crowd || late.length < crowd) return undefined;
  const bounds = (part: readonly Point[]) => {
    const rates = part.map(({ rate }) => rate);
    return [Math.min(...rates), Math.max(...rates)] as const;
  };
  const [[low, high], [lowNow, highNow]] = [bounds(early), bounds(late)];
  const same = Math.abs(highNow / high - 1) < alike && lowNow > 0 && Math.abs(lowNow / low - 1) < 2 * alike;
  if (!same) return undefined;
  return {
    rate: points.at(-1)!.rate,
    hypotheses: [
      {
        name: "least and greatest growth rate over two stretches of 6 nats of |Σ|",
        holds: true,
        value: [low, high, lowNow, highNow],
        margin: alike - Math.abs(highNow / high - 1),
      },
    ],
  };
}

/**
 * Growth whose rate λ rises no faster than log|Σ|: with ℓ = log|Σ| and λ(ℓ) concave, λ ≤ a + bℓ, ℓ grows at most
 * exponentially, and |Σ| escapes at no finite depth. A blow-up |Σ| ~ (t* − t)^{−q} has λ ~ e^{ℓ/q}, convex. Where float64
 * ends a shorter stretch is looked at too, and growth in bursts that come back.
 *
 * @param exhausted whether the flow has been followed as far as float64 resolves it
 * @returns the rate at the end and what was checked, or undefined where that does not show
 * @source derived
 */
export function slowingGrowth(
  samples: readonly Sample[],
  generator: CovarianceGenerator,
  d: number,
  exhausted = false,
): BoundedGrowth | undefined {
  const growth = frobeniusNorm(samples.at(-1)!.cov) / frobeniusNorm(samples[0]!.cov);
  if (!(growth > grown)) return undefined;
  for (const nats of exhausted ? [stretch, shortStretch] : [stretch]) {
    const points = threeOf(samples, generator, d, nats);
    const found = points && slowing(points as [Point, Point, Point], nats);
    if (found !== undefined) return found;
  }
  return exhausted ? recurring(samples.slice(1).map((one) => pointOf(one, generator, d))) : undefined;
}
