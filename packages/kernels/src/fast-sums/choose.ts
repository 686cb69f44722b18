import type { Workspace } from "@meanfield/core/foundation/workspace";
import { queryBound, type ValueScale } from "./certificate.js";
import type { ExponentialSum, FastMethod, FastMethodName, Plan, SumBlock } from "./contract.js";
import type { Rates } from "./rates.js";

export interface Choice {
  readonly name: FastMethodName;
  readonly plan: Plan;
}

/** A choice with what turns the errors of its sums into those of the field. */
export interface Certified extends Choice {
  readonly scale: ValueScale;
  /** The part of the bound that all queries share. */
  readonly common: number;
}

/** Below this many pairs the direct sum takes tens of microseconds, as long as making a plan. */
const worthPlanning = 10_000;

/** Whether `auto` may take a fast method for so many pairs at all. */
export const isWorthPlanning = (pairs: number): boolean => pairs >= worthPlanning;

/** The method asked for, or why it cannot be used. */
export function forced(method: FastMethod, sum: ExponentialSum, accuracy: number, work: Workspace): Choice | string {
  const plan = method.plan(sum, accuracy, work);
  return typeof plan === "string" ? plan : { name: method.name, plan };
}

/** Queries that are tried out to see how many a method certifies. */
const samples = 32;

/**
 * The part of the queries, judged by a few spread over all, that a prepared plan does not certify to `accuracy`.
 * @param common the part of the bound that all queries share
 * @param block of one query
 */
export function failingShare(
  sum: ExponentialSum,
  plan: Plan,
  scale: ValueScale,
  common: number,
  accuracy: number,
  block: SumBlock,
) {
  if (!(common <= accuracy)) return 1;
  plan.prepare();
  const step = Math.max(1, Math.floor(sum.count / samples));
  let [asked, failed] = [0, 0];
  for (let i = 0; i < sum.count; i += step) {
    plan.evaluate(i, 1, block);
    asked++;
    if (!(queryBound(block, 0, scale, common) <= accuracy)) failed++;
  }
  return failed / asked;
}

/**
 * The method that should take the least time, in the order of `methods`; undefined where that is the direct sum.
 * @param failing the part of the queries that a plan leaves to the direct sum
 * @param workOf where a method's tables lie
 * @param methods cheap plans first: a plan is not made when its own cost, `planning` multiply-adds per key, is too much
 */
export function cheapest(
  methods: readonly FastMethod[],
  sum: ExponentialSum,
  accuracy: number,
  rates: Rates,
  failing: (plan: Plan) => number,
  workOf: (method: FastMethodName) => Workspace,
): Choice | undefined {
  if (!isWorthPlanning(sum.m * sum.count)) return undefined;
  const direct = rates.pair(sum.d) * sum.m * sum.count;
  let least = direct;
  let best: Choice | undefined;
  for (const method of methods) {
    if (rates.multiplyAdd * method.planning * sum.m > least) continue;
    const plan = method.plan(sum, accuracy, workOf(method.name));
    if (typeof plan === "string") continue;
    const work = rates.multiplyAdd * (plan.work.before + plan.work.perQuery * sum.count);
    if (work >= least) continue;
    const time = work + failing(plan) * direct;
    if (time >= least) continue;
    least = time;
    best = { name: method.name, plan };
  }
  return best;
}
