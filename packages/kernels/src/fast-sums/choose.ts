import type { ExponentialSum, FastMethod, FastMethodName, Plan } from "./contract.js";
import type { Rates } from "./rates.js";

export interface Choice {
  readonly name: FastMethodName;
  readonly plan: Plan;
}

/** Below this many pairs the direct sum takes tens of microseconds, as long as making a plan. */
const worthPlanning = 10_000;

/** The method asked for, or why it cannot be used. */
export function forced(method: FastMethod, sum: ExponentialSum, accuracy: number): Choice | string {
  const plan = method.plan(sum, accuracy);
  return typeof plan === "string" ? plan : { name: method.name, plan };
}

/**
 * The method that should take the least time, in the order of `methods`; undefined where that is the direct sum.
 * @param methods cheap plans first: a plan is not made when its own cost, `planning` multiply-adds per key, is too much
 */
export function cheapest(
  methods: readonly FastMethod[],
  sum: ExponentialSum,
  accuracy: number,
  rates: Rates,
): Choice | undefined {
  if (sum.m * sum.count < worthPlanning) return undefined;
  let least = rates.pair(sum.d) * sum.m * sum.count;
  let best: Choice | undefined;
  for (const method of methods) {
    if (rates.multiplyAdd * method.planning * sum.m > least) continue;
    const plan = method.plan(sum, accuracy);
    if (typeof plan === "string") continue;
    const time = rates.multiplyAdd * (plan.work.before + plan.work.perQuery * sum.count);
    if (time >= least) continue;
    least = time;
    best = { name: method.name, plan };
  }
  return best;
}
