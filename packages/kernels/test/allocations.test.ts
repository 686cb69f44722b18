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
}

interface Report {
  /** What one array of one number a call takes, by the same meter. */
  readonly control: number;
  readonly answers: readonly Answer[];
}

const script = join(import.meta.dirname, "allocations.mjs");
const flags = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];
/** Systems of the batches of the script: the WebAssembly backend may take them one by one, and each head by head. */
const systems = 4;

async function measure(mask: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, mask]);
  return JSON.parse(stdout);
}

// Sinkhorn attention is a solve, not a sum, and keeps what it remembers of its sweeps in arrays of its own.
test.each(["none", "causal", "alibi"])(
  "a field under the mask %s takes less memory than one array, on every backend",
  async (mask) => {
    const { control, answers } = await measure(mask);
    // The meter sees a single small array: a view takes 104 bytes and what it views at least 24.
    expect(control).toBeGreaterThan(100);
    const kinds = new Set(answers.map(({ backend, attention }) => `${backend} ${attention}`));
    expect(kinds.size).toBeGreaterThanOrEqual(2 * 6);
    const greedy = answers.filter(({ batch, heads, bytes }) => bytes >= control * (batch ? systems * heads : 1));
    expect(greedy).toEqual([]);
  },
  120_000,
);
