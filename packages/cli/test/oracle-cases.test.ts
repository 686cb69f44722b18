import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { meanfield, repository, temporaryFolder } from "./command.js";

interface OracleCase {
  readonly name: string;
  readonly command: string;
  readonly spec: unknown;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly relativeTolerance: number;
}

const folder = temporaryFolder();
const path = join(repository, "packages/core/test/fixtures/oracle-cases.json");
const cases = JSON.parse(readFileSync(path, "utf8")) as OracleCase[];

const flat = (value: unknown): number[] => [value].flat(Number.POSITIVE_INFINITY) as number[];

/** The value at "levels.particles.x[0]" of a printed answer. */
function valueAt(answer: unknown, path: string): unknown {
  const steps = path.replace(/\[(\d+)\]/g, ".$1").split(".");
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], answer);
}

test.concurrent.each(cases)("the command prints the answer of: $name", async (one) => {
  const file = `${one.name.replace(/\W+/g, "-")}.json`;
  writeFileSync(join(folder, file), JSON.stringify(one.spec));
  const { code, stdout, stderr } = await meanfield([one.command, file, "--json", "--quiet"], folder);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const answer = JSON.parse(stdout) as unknown;
  expect(Object.keys(one.expect).length).toBeGreaterThan(0);
  for (const [path, wanted] of Object.entries(one.expect)) {
    const found = flat(valueAt(answer, path));
    expect(found.length).toBe(flat(wanted).length);
    const scale = Math.max(...flat(wanted).map(Math.abs));
    // The case states its own tolerance: a thousand times the oracle's error.
    flat(wanted).forEach((value, k) => {
      expect(Math.abs(found[k]! - value)).toBeLessThan(one.relativeTolerance * scale);
    });
  }
});
