import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../../src/experiment/index.js";
import { distanceMax } from "../helpers/slope.js";

/** Answers of make-goldens.py, an implementation of its own in NumPy and SciPy. */
interface Golden {
  readonly name: string;
  readonly spec: Record<string, unknown>;
  /** "<level>.<state>" at the end of the span. */
  readonly state: string;
  readonly expect: readonly unknown[];
  /** Absolute, for states of size one: 1e-9 between two integrators at 1e-12, 1e-12 where nothing is integrated. */
  readonly within: number;
}

const goldens = JSON.parse(readFileSync(new URL("./goldens.json", import.meta.url), "utf8")) as Golden[];

describe("independent implementation in SciPy", () => {
  test.each(goldens.map((one) => [one.name, one] as const))("%s", (_name, { spec, state, expect: wanted, within }) => {
    const [level, block] = state.split(".") as [string, string];
    const { outcome, states } = runExperiment(experiment(spec)).levels[level]!;
    expect(outcome).toEqual({ status: "completed" });
    const flat = wanted.flat(Number.POSITIVE_INFINITY) as number[];
    expect(distanceMax(states[block]!.data, flat)).toBeLessThan(within * Math.max(1, ...flat.map(Math.abs)));
  });
});
