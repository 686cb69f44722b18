import { bindCell, type CellList, runCell, type SweepPlan } from "@meanfield/core/experiment";

/** What the cells of a sweep are expected to cost on one worker. */
export interface CostEstimate {
  readonly secondsPerCell: number;
  /** Least and greatest of the cells looked at. */
  readonly range: readonly [number, number];
  /** Cells that were begun to find out. */
  readonly probed: number;
  /** Whether every one of them came to its end; otherwise its cost is its time so far over the depth it reached. */
  readonly whole: boolean;
  /** Whether one was broken off where nothing says how far it was, as in an analysis: then the cost is a lower bound. */
  readonly atLeast: boolean;
}

type Probe = Pick<CostEstimate, "whole" | "atLeast"> & { readonly seconds: number };

/** Seconds that looking at one cell may take. */
const patience = 0.15;

/** Seconds that a cell takes: measured, or extrapolated from the part of it that patience allows. */
function probe(plan: SweepPlan, at: readonly number[]): Probe {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let stage = "";
  let stages = 0;
  let fraction = 0;
  const cancel = {
    get aborted() {
      return seconds() > patience;
    },
  };
  const bound = bindCell(plan, plan.values(at));
  runCell(bound, plan.measure, {
    cancel,
    onProgress(progress) {
      if (progress.stage !== stage) stages++;
      stage = progress.stage;
      fraction = progress.fraction;
    },
  });
  const spent = seconds();
  if (spent <= patience) return { seconds: spent, whole: true, atLeast: false };
  const part = Math.min(1, (Math.max(0, stages - 1) + fraction) / Math.max(1, bound.levels.length));
  return { seconds: part > 0 ? spent / part : spent, whole: false, atLeast: part === 0 };
}

/**
 * The cost of a sweep from its first cell, its last and three between, each looked at for at most 0.15 s. The first
 * is run twice: compiling the code is no part of a cell's cost.
 */
export function estimateCost(plan: SweepPlan, cells: CellList): CostEstimate {
  const last = cells.size - 1;
  const places = [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * last)))];
  probe(plan, cells.at(0));
  const probes = places.map((k) => probe(plan, cells.at(k)));
  const seconds = probes.map((one) => one.seconds);
  return {
    secondsPerCell: seconds.reduce((a, b) => a + b, 0) / seconds.length,
    range: [Math.min(...seconds), Math.max(...seconds)],
    probed: places.length,
    whole: probes.every((one) => one.whole),
    atLeast: probes.some((one) => one.atLeast),
  };
}
