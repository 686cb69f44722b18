import type { MomentFlow } from "../shared/moment-flow.js";
import { chartRate, type StratumPoint } from "../shared/rank-stratum.js";

/** The moments' equation as one parameter of the model moves; q ∈ [0, 1] is its place in the range. */
export interface Family {
  parameter(q: number): number;
  flowAt(q: number): MomentFlow;
}

/** A family over a range of its parameter. Flows of the last places asked for are kept. */
export function familyOver(range: readonly [number, number], flowOf: (parameter: number) => MomentFlow): Family {
  const [from, to] = range;
  const parameter = (q: number) => (q === 1 ? to : from + q * (to - from));
  const kept = new Map<number, MomentFlow>();
  return {
    parameter,
    flowAt(q) {
      let flow = kept.get(q);
      if (flow === undefined) {
        flow = flowOf(parameter(q));
        kept.set(q, flow);
        if (kept.size > 8) kept.delete(kept.keys().next().value!);
      }
      return flow;
    },
  };
}

/** Length of the difference step in q: error its square, rounding ε over it. */
const step = 1e-5;

/** ∂(chart rate)/∂q at δ of a chart, by differences that stay inside the range. */
export function parameterSlope(family: Family, at: StratumPoint, q: number, delta: Float64Array): Float64Array {
  const [low, high] = [Math.max(0, q - step), Math.min(1, q + step)];
  const back = chartRate(family.flowAt(low), at, delta);
  return chartRate(family.flowAt(high), at, delta).map((value, k) => (value - back[k]!) / (high - low));
}
