import { fresh } from "@meanfield/core/foundation/workspace";
import { createBlock, queryBound, sharedBound, valueScale } from "../../src/fast-sums/certificate.js";
import type { FastMethod } from "../../src/fast-sums/contract.js";
import { createMemory, exponentialHead } from "../../src/fast-sums/exponential-head.js";
import { exactField } from "./double-double-attention.js";
import type { Home } from "./homes.js";
import { type RandomSum, randomSum } from "./random-sums.js";

/** Rounding of the reference itself: 4u in mean and total, 8u in their quotient and its product with V. */
const referenceRounding = 16 * 2 ** -53;

export interface CertificateCheck {
  /** Queries with a bound below the accuracy asked for. */
  readonly certified: number;
  /** Queries with a finite bound of any size. */
  readonly bounded: number;
  /** Greatest true error over its bound, of fields and log-partitions. */
  readonly worst: number;
}

/** |V(a − b)|. */
function distance(value: Float64Array, a: Float64Array, b: Float64Array): number {
  const d = a.length;
  let square = 0;
  for (let row = 0; row < d; row++) {
    let sum = 0;
    for (let column = 0; column < d; column++) sum += value[row * d + column]! * (a[column]! - b[column]!);
    square += sum * sum;
  }
  return Math.sqrt(square);
}

/** Compares every query of one sum with its certificate; undefined where the method has no plan. */
export function checkCertificate(method: FastMethod, problem: RandomSum): CertificateCheck | undefined {
  const { kernel, source, queries, accuracy } = problem;
  const head = kernel.heads[0]!;
  const { d } = source;
  const reduced = exponentialHead(kernel, head, source, queries, createMemory());
  if (typeof reduced === "string") return undefined;
  const plan = method.plan(reduced.sum, accuracy, fresh);
  if (typeof plan === "string") return undefined;
  const scale = valueScale(head, reduced.sum);
  const common = sharedBound(plan, reduced.scoreError, scale, d, 1);
  const block = createBlock(queries.m, d);
  const scores = new Float64Array(queries.m);
  reduced.putQueryScores(0, queries.m, scores);
  plan.prepare();
  plan.evaluate(0, queries.m, block);
  let [certified, bounded, worst, greatest] = [0, 0, 0, 0];
  const zero = new Float64Array(d);
  for (let j = 0; j < source.m; j++) {
    greatest = Math.max(greatest, distance(head.value, source.points.subarray(j * d, (j + 1) * d), zero));
  }
  for (let i = 0; i < queries.m; i++) {
    const bound = queryBound(block, i, scale, common);
    if (!Number.isFinite(bound)) continue;
    bounded++;
    if (bound <= accuracy) certified++;
    const exact = exactField(kernel, head, source, queries.points.subarray(i * d, (i + 1) * d));
    const mean = block.mean.slice(i * d, (i + 1) * d).map((value) => value / block.total[i]!);
    const log = block.unit[i]! + reduced.unit + scores[i]! + Math.log(block.total[i]!);
    const error = distance(head.value, mean, exact.mean) / greatest;
    // log(1 + b) ≤ b, and −log(1 − b) ≤ b/(1 − b); the logarithm itself rounds by |log Z|u.
    const logError = Math.abs(log - exact.logPartition) - 4 * 2 ** -53 * (Math.abs(log) + Math.abs(block.unit[i]!));
    worst = Math.max(
      worst,
      error / (bound + referenceRounding),
      (logError * (1 - Math.min(bound, 0.5))) / (bound + referenceRounding),
    );
  }
  return { certified, bounded, worst };
}

/** Runs sums 0 … count − 1 of a home. */
export function checkMany(method: FastMethod, { d, sphere, largest }: Home, count: number) {
  let [plans, certified, worst] = [0, 0, 0];
  for (let run = 0; run < count; run++) {
    const check = checkCertificate(method, randomSum(run, d, sphere, largest));
    if (check === undefined) continue;
    plans++;
    certified += check.certified;
    worst = Math.max(worst, check.worst);
  }
  return { plans, certified, worst };
}
