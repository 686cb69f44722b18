import { describe, expect, test } from "vitest";
import { createReferenceBackend } from "../foundation/backend/index.js";
import { experiment, type RunCheckpoint, type RunResult, runExperiment } from "./index.js";

/** Two levels of tokens and one of moments that blows up, repeats, distances. */
const document = {
  model: { attention: { softmax: { beta: 1.5 } } },
  initial: { gaussian: { mean: [0.1, 0], cov: "identity", n: 6, seed: 3 } },
  levels: { layers: { L: 12 }, "gaussian-moments": {}, particles: {} },
  solve: { span: [0, 1], method: "tsit5", repeats: 70 },
  save: { at: [0.3, 1] },
  observe: { trace: { every: 0.25 } },
  compare: { every: 0.5, draws: 2 },
};

/** A batch as its systems one by one, so that repeats are stacked. */
const reference = createReferenceBackend();
const backend: typeof reference = {
  ...reference,
  name: "batching",
  fieldBatch(kernel, { count, m, d, points, weights }, visibility, { field }) {
    for (let k = 0; k < count; k++) {
      const part = (array: Float64Array) => array.subarray(k * m * d, (k + 1) * m * d);
      const system = { m, d, weights, points: part(points) };
      reference.field(kernel, system, system, visibility, { field: part(field!) });
    }
    return true;
  },
};
const bind = () => experiment(document, { backends: [backend] });

/** The run, stopped at its k-th question for a checkpoint, by a cancel or from one moment to the next. */
function stoppedAt(k: number, how: "cancel" | "power cut"): RunCheckpoint | undefined {
  const cancel = { aborted: false };
  let asked = 0;
  let kept: RunCheckpoint | undefined;
  const due = () => {
    asked++;
    if (asked === k && how === "cancel") cancel.aborted = true;
    if (asked > k && how === "power cut") throw new Error("power cut");
    return asked === k;
  };
  const take = (checkpoint: RunCheckpoint) => {
    kept = structuredClone(checkpoint);
  };
  try {
    runExperiment(bind(), { cancel, checkpoint: { due, take } });
  } catch (error) {
    expect((error as Error).message).toBe("power cut");
  }
  return kept;
}

/** The run, cancelled the k-th time that anything asks; undefined where it was whole before. */
function cancelledAt(k: number): { kept: RunCheckpoint | undefined; whole: boolean } {
  let asked = 0;
  let kept: RunCheckpoint | undefined;
  const cancel = {
    get aborted() {
      asked++;
      return asked >= k;
    },
  };
  const take = (checkpoint: RunCheckpoint) => {
    kept = structuredClone(checkpoint);
  };
  runExperiment(bind(), { cancel, checkpoint: { due: () => false, take } });
  return { kept, whole: asked < k };
}

/** A result but for how many fields were computed: a run that goes on counts those since then. */
const uncounted = ({ backend: { summation: _, ...backend }, ...result }: RunResult) => ({ ...result, backend });

describe("an experiment resumed from a checkpoint gives the bits of an undisturbed run", () => {
  const whole: RunResult = runExperiment(bind());
  let questions = 0;
  const due = () => {
    questions++;
    return false;
  };
  test("and asking about checkpoints changes nothing", () => {
    expect(runExperiment(bind(), { checkpoint: { due, take: () => {} } })).toStrictEqual(whole);
    expect(whole.levels["gaussian-moments"]!.outcome).toMatchObject({ status: "stopped", event: "blow-up" });
    expect(whole.levels["particles"]!.ensemble!.repeats).toBe(70);
  });

  test.each(["cancel", "power cut"] as const)("after a %s anywhere", (how) => {
    // Every question at the start of each stage would be too many: a stride that is no divisor of anything.
    const places = [1, 2, 11, 12, 13, 14, 15, 40];
    for (let k = 53; k < questions; k += 411) places.push(k);
    for (const k of places) {
      const resume = stoppedAt(k, how);
      expect(resume).toBeDefined();
      const before = structuredClone(resume);
      expect(uncounted(runExperiment(bind(), { resume: resume! }))).toStrictEqual(uncounted(whole));
      expect(resume).toStrictEqual(before);
    }
    expect(questions).toBeGreaterThan(500);
  });

  test("wherever a cancel is seen: between levels, repeats and distances, too", () => {
    let last = 1;
    while (!cancelledAt(2 * last).whole) last *= 2;
    let kept = 0;
    // The first steps one by one, then a stride that is no divisor of anything, through every stage.
    for (let k = 1; k <= 2 * last; k += k < 20 ? 1 : 97) {
      const stopped = cancelledAt(k);
      if (stopped.whole) break;
      // Before the first step there is nothing to keep.
      if (k === 1) expect(stopped.kept).toBeUndefined();
      else expect(stopped.kept, `question ${k}`).toBeDefined();
      if (k > 1) {
        const resumed = uncounted(runExperiment(bind(), { resume: stopped.kept! }));
        expect(resumed, `question ${k}`).toStrictEqual(uncounted(whole));
      }
      kept++;
    }
    expect(kept).toBeGreaterThan(30);
  });
});
