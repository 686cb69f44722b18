import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bindCell, experiment, planSweep, runExperiment } from "@meanfield/core/experiment";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

/** Every folder of examples/ is an experiment or a sweep: this suite finds them by itself. */
const root = join(import.meta.dirname, "../examples");
const names = readdirSync(root).filter((name) => existsSync(join(root, name, "experiment.yaml")));

const load = (path: string) => experiment(parse(readFileSync(path, "utf8")));

describe.each(names)("examples/%s", (name) => {
  const path = join(root, name, "experiment.yaml");

  test("says what it shows and what must come out", () => {
    const { spec, expectations } = load(path);
    expect(spec["title"]).toBeTypeOf("string");
    expect(spec["notes"]).toBeTypeOf("string");
    expect(expectations.length).toBeGreaterThan(0);
  });

  test("meets its expectations", () => {
    const bound = load(path);
    const { expect: found, levels } = runExperiment(
      bound.comparison ? { ...bound, comparison: { ...bound.comparison, nullRepeats: 0 } } : bound,
    );
    expect(found.filter((one) => !one.ok)).toEqual([]);
    for (const { outcome } of Object.values(levels)) expect(outcome.status).not.toBe("failed");
  });
});

const sweeps = readdirSync(root).filter((name) => existsSync(join(root, name, "sweep.yaml")));

test.each(sweeps)(
  "examples/%s: a sweep that says what it shows, and whose first and last cells make experiments",
  (name) => {
    const document = parse(readFileSync(join(root, name, "sweep.yaml"), "utf8")) as Record<string, unknown>;
    expect(document["title"]).toBeTypeOf("string");
    expect(document["notes"]).toBeTypeOf("string");
    const plan = planSweep(document);
    for (const end of [0, 1]) {
      const values = plan.values(plan.dimensions.map(({ size }) => end * (size - 1)));
      expect(bindCell(plan, values).levels.length).toBeGreaterThan(0);
    }
  },
);

test("the quickstart's experiment is valid", () => {
  const path = join(import.meta.dirname, "../packages/cli/quickstart/experiment.yaml");
  expect(Object.keys(load(path).spec["levels"] as object)).toEqual(["layers", "particles", "gaussian-moments"]);
});
