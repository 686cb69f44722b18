import { attentionCatalog } from "@meanfield/core/attention";
import { expect, test } from "vitest";
import { metered } from "./helpers/metered.js";

interface Answer {
  readonly backend: string;
  readonly precision: string;
  readonly attention: string;
  readonly heads: number;
  readonly batch: boolean;
  /** Taken by a call once it is warm, on the heap and beside it. */
  readonly bytes: number;
  /** Of these, the buffers of arrays. */
  readonly buffers: number;
}

interface Report {
  /** What an array of a number for each token takes, by the same meter. */
  readonly control: Pick<Answer, "bytes" | "buffers">;
  readonly answers: readonly Answer[];
}

/** Systems of the batches of the script: the WebAssembly backend may take them one by one. */
const systems = 4;
// Sinkhorn attention is a solve, not a sum: step-allocations.test.ts has it.
const attentions = attentionCatalog.filter(({ traits }) => !traits.denseOnly).map(({ name }) => name);
const cases = ["none", "causal", "alibi"].flatMap((mask) => attentions.map((attention) => [attention, mask] as const));
test.each(cases)(
  "a field of %s under the mask %s takes less memory than one array, on every backend",
  async (attention, mask) => {
    const { control, answers } = await metered<Report>("allocations.mjs", mask, attention);
    // The meter sees a single array: of 16 numbers the buffer alone has 128 bytes.
    expect(control.buffers).toBeGreaterThanOrEqual(128);
    expect(new Set(answers.map(({ backend }) => backend)).size).toBeGreaterThanOrEqual(2);
    expect(answers.filter(({ buffers }) => buffers > 0)).toEqual([]);
    expect(answers.filter(({ batch, bytes }) => bytes >= control.bytes * (batch ? systems : 1))).toEqual([]);
  },
  120_000,
);
