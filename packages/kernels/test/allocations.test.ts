import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

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

const script = join(import.meta.dirname, "allocations.mjs");
const flags = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];

async function measure(mask: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, mask]);
  return JSON.parse(stdout);
}

// Sinkhorn attention is a solve, not a sum, and keeps what it remembers of its sweeps in arrays of its own.
test.each(["none", "causal", "alibi"])(
  "a field under the mask %s makes no array, on every backend",
  async (mask) => {
    const { control, answers } = await measure(mask);
    // The meter sees a single array: of 16 numbers the buffer alone has 128 bytes.
    expect(control.buffers).toBeGreaterThanOrEqual(128);
    const kinds = new Set(answers.map(({ backend, attention }) => `${backend} ${attention}`));
    expect(kinds.size).toBeGreaterThanOrEqual(2 * 6);
    expect(answers.filter(({ buffers }) => buffers > 0)).toEqual([]);
    // Beside arrays the engine boxes numbers of plain code, or does not, as it learned from what ran before: that of the
    // reference, and of batches that a backend takes system by system. Calls of one kernel have no such code.
    const single = answers.filter(({ backend, batch }) => backend !== "reference" && !batch);
    expect(single.filter(({ bytes }) => bytes >= control.bytes)).toEqual([]);
  },
  120_000,
);
