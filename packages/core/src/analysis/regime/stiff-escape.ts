import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { rodas4 } from "../../methods/rodas4/index.js";
import { adaptive, type SolveEvent, solve } from "../../solve/index.js";
import { lift } from "../shared/matrix-forms.js";
import type { FrozenFlow } from "./frozen-flow.js";
import { normalisedFlow } from "./normalised-flow.js";

/** |B| over the natural rate at which what is left of Σ̇ after cancellation is rounding. */
const resolved = 1e10;
const tolerances = [1e-8, 1e-9] as const;
const maxSteps = 30_000;

/** Σ is so large that Σ̇, what attention and W leave of each other, is known to a few digits only. */
export function unresolved(flow: FrozenFlow): SolveEvent {
  const { d, r, size, rate } = flow;
  const B = new Float64Array(d * d);
  return {
    name: "unresolved",
    direction: "up",
    terminal: true,
    g(_t, y) {
      flow.covarianceFlow(y).generator(lift(y.slice(0, size), d, r), B);
      return frobeniusNorm(B) / (resolved * rate) - 1;
    },
  };
}

/** Where a run in direction and size can go no further. */
export interface StiffEscape {
  readonly t: number;
  readonly tError: number;
  /** d log|L|/dt there, at the slower of two tolerances. */
  readonly rate: number;
  /** |Σ| over its start's. */
  readonly growth: number;
  /** L there. */
  readonly factor: Float64Array;
}

/**
 * The escape of a flow that gets too stiff for explicit steps on its way: rodas4 in direction and size, at two tolerances,
 * up to where rounding hides the drift. What is left is at most some e-foldings at the rate reached.
 *
 * @param before depth that ends the search
 * @param least rate of growth of |L| that makes an escape of it
 * @returns undefined when either run is slower than that, or ends elsewhere
 * @accuracy by-flow.test.ts: tError covers a run of dop853 at 1e-12
 */
export function stiffEscape(flow: FrozenFlow, before: number, least: number): StiffEscape | undefined {
  const { size, problem } = flow;
  const { problem: normalised, back } = normalisedFlow(flow);
  const event = unresolved(flow);
  const out = new Float64Array(normalised.y0.length);
  const ends = tolerances.map((rtol) => {
    const steps = adaptive({ rtol, atol: 1e-2 * rtol, maxSteps });
    const events = [{ ...event, g: (t: number, z: Float64Array) => event.g(t, back(z)) }];
    const { outcome, tEnd, yEnd } = solve(normalised, rodas4.bind({}), { span: [0, before], steps, events });
    normalised.drift(tEnd, yEnd, out);
    const singular = outcome.status === "stopped" || (outcome.status === "failed" && outcome.code === "step-too-small");
    return { singular, t: tEnd, rate: out.at(-1)!, y: back(yEnd) };
  });
  const [coarse, fine] = ends as [(typeof ends)[0], (typeof ends)[0]];
  const rate = Math.min(coarse.rate, fine.rate);
  if (!(coarse.singular && fine.singular && rate > least)) return undefined;
  const factor = fine.y.slice(0, size);
  return {
    t: fine.t,
    tError: 4 * Math.abs(fine.t - coarse.t) + 10 / rate,
    rate,
    growth: (frobeniusNorm(factor) / frobeniusNorm(problem.y0.slice(0, size))) ** 2,
    factor,
  };
}
