import { particles } from "../../dynamics/particles/index.js";
import { rodas4 } from "../../methods/rodas4/index.js";
import type { Model } from "../../model/index.js";
import type { AnalysisContext, AnalysisPlugin, Json } from "../contract.js";
import { pairTime } from "../shared/pair-time.js";
import { plainSoftmax } from "../shared/plain-softmax.js";
import { type MergeTree, mergeTree } from "./merge-tree.js";

/** Linking distance of a cluster, rad; that of the observable cluster-count. */
const radius = 0.01;

/** Most numbers of a state: the method solves systems of that size. */
const largest = 200;

/** A stretch of depth without a change of clusters is a plateau if its end is this factor of its beginning, or more. */
const lasting = Math.E;

function obstacleOf({ model, initial }: AnalysisContext): string | undefined {
  if (model.geometry.flat) return "clusters are those of the sphere: write geometry: sphere";
  if (initial.n === undefined) return `the law ${initial.name} has no tokens`;
  if (initial.n < 2) return "one token has nothing to merge with";
  if (initial.n * initial.d > largest)
    return `it follows at most ${largest} numbers, here are n·d = ${initial.n * initial.d}`;
  if (model.attention.length === 0) return "without attention tokens do not see each other";
  if (model.sign !== "attract") return "repelled tokens do not merge";
  return model.jumps === undefined ? undefined : model.jumps.rule;
}

/** Tokens per cluster, keyed by its first token. */
function sizesOf(clusters: Int32Array): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>();
  for (const label of clusters) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return sizes;
}

/** Σα², the normalised energy of clusters that do not see each other. */
function staircase(clusters: Int32Array): number {
  let sum = 0;
  for (const size of sizesOf(clusters).values()) sum += (size / clusters.length) ** 2;
  return sum;
}

/** n⁻²Σe^{β(⟨x_i,x_j⟩−1)}. */
function energyOf(y: Float64Array, n: number, d: number, beta: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let square = 0;
      for (let a = 0; a < d; a++) square += (y[i * d + a]! - y[j * d + a]!) ** 2;
      sum += Math.exp((-beta * square) / 2);
    }
  }
  return sum / n ** 2;
}

/** Stretches between changes, from depth 1 on: before it, nothing waits for anything. */
function stretches(times: readonly number[], [start, end]: readonly [number, number]) {
  const knots = [start, ...times, end];
  return knots.slice(1).map((to, k) => ({ from: Math.max(knots[k]! - start, 1), to: to - start, index: k }));
}

const longEnough = ({ from, to }: { readonly from: number; readonly to: number }) => to >= lasting * from;

/** The pair of clusters that would merge first if each pair were alone, from here on. */
function nextMerge(y: Float64Array, clusters: Int32Array, model: Model, beta: number): Json {
  const { d, geometry } = model;
  const row = (i: number) => y.subarray(i * d, i * d + d);
  const all = [...sizesOf(clusters)];
  let next: { clusters: [number, number]; angle: number; after: number } | undefined;
  all.forEach(([a, first], k) => {
    for (const [b, second] of all.slice(k + 1)) {
      const angle = geometry.distance(row(a), row(b));
      if (!(angle > radius && angle < Math.PI)) continue;
      const after = pairTime({ beta, masses: [first, second] }, angle, radius);
      if (Number.isFinite(after) && !(after >= (next?.after ?? Number.POSITIVE_INFINITY))) {
        next = { clusters: [a, b], angle, after };
      }
    }
  });
  return next ?? null;
}

function mergesOf({ start, changes }: MergeTree): Json[] {
  return changes.map(({ t, tError, clusters }, k) => {
    const before = sizesOf(k === 0 ? start : changes[k - 1]!.clusters);
    const after = sizesOf(clusters);
    const gone = [...before.keys()].filter((label) => !after.has(label));
    const into = gone.map((label) => clusters[label]!);
    return {
      t,
      tError,
      clusters: after.size,
      joined: gone.map((label, i) => ({ cluster: label, tokens: before.get(label)!, into: into[i]! })),
    };
  });
}

/**
 * Metastability of clusters on the sphere: the merge tree of the particles over the span, followed by a stiff method in
 * log time so that e^20 is within reach; plateaus of the number of clusters with the energy on them, Σα_q² where clusters do
 * not see each other; and when the closest pair left at the end would merge.
 *
 * A cluster is a component under single linkage at .01 rad. A plateau is a stretch without a change that multiplies its
 * depth (from 1 on) by e or more.
 *
 * @cost three runs; a step has n·d + 1 drifts and an elimination of that size
 * @accuracy times of merging: two tokens by quadrature, four by SciPy (analysis/metastability/index.test.ts)
 * @source theory.md §3
 */
export const metastability: AnalysisPlugin = {
  name: "metastability",
  doc: "Merging of clusters on the sphere in log time: merge tree, plateaus of the energy, the next merge.",
  source: "theory.md §3",
  integrates: true,
  tokens: true,
  obstacle: obstacleOf,
  analyze({ model, initial, span, cancel }) {
    const n = initial.n!;
    const { d } = initial;
    const { problem } = particles.bind({}, { model, initial, span });
    const flow = { problem, method: rodas4.bind({}), geometry: model.geometry, n, d, span, radius };
    const middles = (times: readonly number[]) =>
      stretches(times, span)
        .filter(longEnough)
        .map(({ from, to }) => span[0] + Math.sqrt(from * to));
    const tree = mergeTree({ ...flow, ...(cancel && { cancel }) }, (times) => [...middles(times), span[1]]);
    const partitions = [tree.start, ...tree.changes.map(({ clusters }) => clusters)];
    const reached: readonly [number, number] = [span[0], tree.end];
    const beta = model.attention[0]!.beta?.(span[0], 0);
    const plateaus = stretches(
      tree.changes.map(({ t }) => t),
      reached,
    )
      .filter(longEnough)
      .map(({ from, to, index }) => {
        const clusters = partitions[index]!;
        const middle = tree.states.find(({ t }) => t - span[0] > from && t - span[0] < to);
        const seen = middle !== undefined && beta !== undefined;
        return {
          from: span[0] + from,
          to: span[0] + to,
          clusters: sizesOf(clusters).size,
          sizes: [...sizesOf(clusters).values()],
          staircase: staircase(clusters),
          ...(seen && { energy: energyOf(middle.y, n, d, beta), at: middle.t }),
        };
      });
    const last = partitions.at(-1)!;
    const left = sizesOf(last).size;
    const final = tree.states.findLast(({ t }) => t === span[1]);
    const plain = plainSoftmax(model, span[0]);
    const rate = model.mask.dense && typeof plain === "number" && plain > 0 ? plain : undefined;
    const next = left > 1 && final !== undefined && rate !== undefined ? nextMerge(final.y, last, model, rate) : null;
    const held = (plateaus.at(-1)?.to ?? Number.NaN) === tree.end && left > 1;
    return {
      verdict:
        tree.outcome !== "completed" ? "undecided" : left === 1 ? "one cluster" : held ? "metastable" : "merging",
      of: "particles",
      reached: tree.end,
      clustersAtStart: sizesOf(tree.start).size,
      clustersAtEnd: left,
      merges: mergesOf(tree),
      plateaus,
      ...(next === null ? {} : { next }),
      certificate: {
        method: "rodas4 in log time at two tolerances, clusters by single linkage",
        radius,
        plateau: `no change of clusters while depth grows by a factor ${lasting}`,
        resolution: "times beyond 1e14 are below the rounding of the field",
      },
    };
  },
};
