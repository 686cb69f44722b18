import { findCrossing } from "../../solve/index.js";
import type { AnalysisContext, Json } from "../contract.js";
import { covarianceRate } from "./covariance-rate.js";

/** Where σ̇ = 0, with the derivative of the drift there. */
interface LineEquilibrium {
  readonly sigma: number;
  readonly stability: "stable" | "unstable" | "half-stable";
  /** dσ̇/dσ, 1/depth. */
  readonly slope: number;
}

/** Variances beside σ_0 at which signs of σ̇/σ are looked at: so many decades on both sides, so many for each. */
const decades = 4;
const perDecade = 100;
const drawn = 160;

function stabilityOf(before: number, after: number): LineEquilibrium["stability"] {
  if (before > 0 && after < 0) return "stable";
  return before < 0 && after > 0 ? "unstable" : "half-stable";
}

/** All sign changes of σ̇/σ over eight decades around σ_0, and 0 itself. Double zeros between two places are missed. */
function equilibriaOf(drift: (sigma: number) => number, start: number): LineEquilibrium[] {
  const relative = (sigma: number) => drift(sigma) / sigma;
  const count = 2 * decades * perDecade;
  const places = Array.from({ length: count + 1 }, (_, k) => start * 10 ** (k / perDecade - decades));
  const first = relative(places[0]!);
  const found: LineEquilibrium[] = [
    { sigma: 0, stability: first < 0 ? "stable" : first > 0 ? "unstable" : "half-stable", slope: first },
  ];
  for (let k = 1; k <= count; k++) {
    const [low, high] = [places[k - 1]!, places[k]!];
    const [before, after] = [relative(low), relative(high)];
    if (before === 0 || before > 0 === after > 0) continue;
    const sigma = after === 0 ? high : findCrossing(relative, low, high, before, after).t;
    const step = 1e-5 * sigma;
    const slope = (drift(sigma + step) - drift(sigma - step)) / (2 * step);
    found.push({ sigma, stability: stabilityOf(before, after === 0 ? relative(high + step) : after), slope });
  }
  return found;
}

/** "0 stable, 0.625 unstable". */
function verdictOf(equilibria: readonly LineEquilibrium[]): string {
  return equilibria.map(({ sigma, stability }) => `${Number(sigma.toPrecision(6))} ${stability}`).join(", ");
}

/**
 * σ̇ = 2B(σ)σ against σ for d = 1: equilibria with their stability, and the curve over a range that holds σ_0 and them.
 * @cost about 1,000 closures
 */
export function portraitOnTheLine(context: AnalysisContext): { readonly [key: string]: Json } {
  const rate = covarianceRate(context);
  const drift = (sigma: number) => rate(Float64Array.of(sigma))[0]!;
  const start = context.initial.moments().cov[0]!;
  const equilibria = equilibriaOf(drift, start);
  const near = equilibria.map(({ sigma }) => sigma).filter((sigma) => sigma <= 10 * start);
  const last = 1.5 * Math.max(start, ...near);
  const sigma = Array.from({ length: drawn + 1 }, (_, k) => (last * k) / drawn);
  return {
    verdict: verdictOf(equilibria),
    of: "the variance σ",
    at: context.span[0],
    start,
    equilibria: equilibria.map((one) => ({ ...one })),
    picture: { sigma, drift: sigma.map((value) => (value === 0 ? 0 : drift(value))) },
  };
}
