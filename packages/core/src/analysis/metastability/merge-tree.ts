import { clustersAt, singleLinkage } from "../../foundation/clustering/index.js";
import type { Geometry } from "../../geometry/contract.js";
import { adaptive, logTime, type Method, type Problem, type SolveEvent, solve, wholeState } from "../../solve/index.js";

/** Tokens on a manifold whose clusters are followed. */
export interface TokenFlow {
  readonly problem: Problem;
  readonly method: Method;
  readonly geometry: Geometry;
  readonly n: number;
  readonly d: number;
  readonly span: readonly [number, number];
  /** Tokens within this geodesic distance of each other are one cluster. */
  readonly radius: number;
  readonly cancel?: { readonly aborted: boolean };
}

/** Two or more clusters becoming one, or one falling apart. */
export interface ClusterChange {
  readonly t: number;
  /** From two tolerances, the rounding of the field, and the bracket. */
  readonly tError: number;
  /** Partition after it: the cluster of every token, named by its first token. */
  readonly clusters: Int32Array;
}

/** What became of the clusters over the span. */
export interface MergeTree {
  readonly start: Int32Array;
  readonly changes: readonly ClusterChange[];
  readonly outcome: string;
  /** Depth reached. */
  readonly end: number;
  /** States at the depths asked for, where the run came that far. */
  readonly states: readonly { readonly t: number; readonly y: Float64Array }[];
}

function heightsOf({ geometry, n, d }: TokenFlow, y: Float64Array) {
  const rows = Array.from({ length: n }, (_, i) => y.subarray(i * d, i * d + d));
  return singleLinkage(n, (i, j) => geometry.distance(rows[i]!, rows[j]!));
}

/** One event per height of the merge tree, all read off one tree per state. */
function mergeEvents(flow: TokenFlow): SolveEvent[] {
  let last = { t: Number.NaN, y: new Float64Array(0), heights: [] as number[] };
  const heightsAt = (t: number, y: Float64Array): number[] => {
    if (t !== last.t || y.some((value, i) => value !== last.y[i])) {
      last = { t, y: y.slice(), heights: heightsOf(flow, y).map(({ height }) => height) };
    }
    return last.heights;
  };
  return Array.from({ length: flow.n - 1 }, (_, k) => ({
    name: "merge",
    g: (t, y) => heightsAt(t, y)[k]! - flow.radius,
    direction: "both",
    terminal: false,
  }));
}

function run(flow: TokenFlow, rtol: number, times: readonly number[], events: readonly SolveEvent[]) {
  return solve(flow.problem, flow.method, {
    span: flow.span,
    steps: adaptive({ rtol, atol: rtol / 100 }),
    time: logTime(),
    events,
    save: { states: { what: wholeState(flow.problem.y0.length), when: times } },
    ...(flow.cancel && { cancel: flow.cancel }),
  });
}

const tolerance = 1e-8;

/**
 * The merge tree of a flow, in log time: the depths at which the number of clusters changes, and the clusters then.
 *
 * A run at 1e-6 and one at 1e-8 locate the changes; a third one at 1e-8 reads the clusters there. `tError` is twice the
 * difference of the two, and 16 roundings of t², because a change that takes a depth t has a field of size 1/t: beyond
 * t ≈ 1e14 nothing is resolved. Where the two runs do not have the same changes, the error of each is the whole span.
 * @param sampled further depths whose states are wanted, from those of the changes
 * @cost three runs of a stiff method, n²/2 distances a step
 */
export function mergeTree(flow: TokenFlow, sampled: (changes: readonly number[]) => readonly number[]): MergeTree {
  const { n, radius, span } = flow;
  const coarse = run(flow, 100 * tolerance, [], mergeEvents(flow)).events;
  const found = run(flow, tolerance, [], mergeEvents(flow));
  const times = found.events.map(({ t }) => t);
  // A little after each change, where its clusters are within the radius whatever the rounding of its time.
  const after = times.map((t) => Math.min(found.tEnd, t * (1 + 1e-12)));
  const wanted = sampled(times).filter((t) => t <= found.tEnd);
  const { records } = run(
    flow,
    tolerance,
    [...new Set([...after, ...wanted])].sort((a, b) => a - b),
    [],
  );
  const size = flow.problem.y0.length;
  const stateAt = (t: number) => {
    const k = records.states.t.indexOf(t);
    return records.states.value.data.subarray(k * size, (k + 1) * size);
  };
  const clusters = (y: Float64Array) => clustersAt(n, heightsOf(flow, y), radius);
  const same = coarse.length === times.length;
  const changes = times.map((t, k) => ({
    t,
    tError: same ? 2 * Math.abs(t - coarse[k]!.t) + 16 * Number.EPSILON * t * Math.max(1, t) : span[1] - span[0],
    clusters: clusters(stateAt(after[k]!)),
  }));
  const { status } = found.outcome;
  return {
    start: clusters(flow.problem.y0),
    changes,
    outcome: status,
    end: found.tEnd,
    states: wanted.map((t) => ({ t, y: stateAt(t) })),
  };
}
