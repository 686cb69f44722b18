import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../src/experiment/index.js";
import { toNested } from "../src/foundation/shapes/index.js";

/** Cases with known answers from an independent implementation (SciPy DOP853 at rtol 1e-12). */
interface OracleCase {
  readonly name: string;
  readonly spec: Record<string, unknown>;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly relativeTolerance: number;
}

const cases = JSON.parse(
  readFileSync(new URL("./fixtures/oracle-cases.json", import.meta.url), "utf8"),
) as OracleCase[];

function flat(value: unknown): number[] {
  return [value].flat(Number.POSITIVE_INFINITY) as number[];
}

describe("cases with known answers", () => {
  test.each(cases)("$name", ({ spec, expect: expected, relativeTolerance }) => {
    const { levels } = runExperiment(experiment(spec));
    for (const [path, wanted] of Object.entries(expected)) {
      const [, level, state] = /^levels\.([\w-]+)\.(\w+)\[0\]$/.exec(path)!;
      const found = flat((toNested(levels[level!]!.states[state!]!) as unknown[])[0]);
      const scale = Math.max(...flat(wanted).map(Math.abs));
      // The case states its own tolerance: a thousand times the oracle's error.
      flat(wanted).forEach((value, k) => {
        expect(Math.abs(found[k]! - value)).toBeLessThan(relativeTolerance * scale);
      });
    }
  });
});
