import { experiment, type RunCheckpoint, runExperiment } from "@meanfield/core/experiment";
import { describe, expect, it } from "vitest";
import { memoryStoreIo } from "../test/memory-store-io.js";
import { checkpointName, findCheckpoint, writeCheckpoint } from "./checkpoint-file.js";

const id = "0123456789abcdef";

/** A checkpoint in the middle of an ensemble: every kind of part there is. */
function sample(): RunCheckpoint {
  const bound = experiment({
    model: { attention: "softmax" },
    initial: { gaussian: { mean: [0, 0], cov: "identity", n: 4 } },
    levels: { "gaussian-moments": {}, particles: {} },
    solve: { span: [0, 0.5], repeats: 6 },
    observe: { trace: { every: 0.1, statistics: { exceedances: [1] } } },
  });
  let kept: RunCheckpoint | undefined;
  const take = (one: RunCheckpoint) => {
    if (one.ensemble?.begun?.inside !== undefined) kept = structuredClone(one);
  };
  runExperiment(bound, { checkpoint: { due: () => true, take } });
  return kept!;
}

describe("a checkpoint file", () => {
  it("gives back every bit", async () => {
    const { io } = memoryStoreIo();
    const delicate = Float64Array.of(-0, Number.POSITIVE_INFINITY, 5e-324, 1 / 3);
    const checkpoint = {
      ...sample(),
      "#": { "#n": 1, "##": [2] },
      extra: [delicate, [...delicate, ...delicate, 7], -0, Number.NEGATIVE_INFINITY, []],
    };
    await writeCheckpoint(io, "run", { id, checkpoint });
    expect(await findCheckpoint(io, "run", id)).toStrictEqual({ state: "usable", checkpoint });
  });

  it("of another run, damaged or cut off anywhere is not used", async () => {
    const { io, files } = memoryStoreIo();
    expect(await findCheckpoint(io, "run", id)).toEqual({ state: "absent" });
    await writeCheckpoint(io, "run", { id, checkpoint: sample() });
    expect(await findCheckpoint(io, "run", "fedcba9876543210")).toMatchObject({ state: "other" });
    const path = `run/${checkpointName}`;
    const whole = files.get(path)!;
    for (const length of [0, 1, 30, 88, 89, 200, whole.length - 1]) {
      files.set(path, whole.slice(0, length));
      expect(await findCheckpoint(io, "run", id)).toMatchObject({ state: "damaged" });
    }
    for (const at of [5, 40, 100, whole.length - 3]) {
      files.set(path, whole.with(at, whole[at]! ^ 1));
      expect(await findCheckpoint(io, "run", id)).toMatchObject({ state: "damaged" });
    }
  });
});
