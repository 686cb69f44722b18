import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bindCell, experiment, planSweep, runCell, runExperiment } from "@meanfield/core/experiment";
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

describe.each(sweeps)("examples/%s", (name) => {
  const document = parse(readFileSync(join(root, name, "sweep.yaml"), "utf8")) as Record<string, object>;

  test("says what it shows, and its first and last cells make experiments", () => {
    expect(document["title"]).toBeTypeOf("string");
    expect(document["notes"]).toBeTypeOf("string");
    const plan = planSweep(document);
    for (const end of [0, 1]) {
      const values = plan.values(plan.dimensions.map(({ size }) => end * (size - 1)));
      expect(bindCell(plan, values).levels.length).toBeGreaterThan(0);
    }
  });

  test("its first cell is done and meets what it expects, with four repeats at most", () => {
    const solve = document["solve"] as { readonly repeats?: number } | undefined;
    const few = { ...document, solve: { ...solve, ...(solve?.repeats && { repeats: 4 }) } };
    const plan = planSweep(few);
    const cell = bindCell(plan, plan.values(plan.dimensions.map(() => 0)));
    const { status, columns } = runCell(cell, plan.measure);
    expect(status).toBe("done");
    if (cell.expectations.length > 0) expect(columns["expect.ok"]).toBe(true);
  });
});

test("the quickstart's experiment is valid", () => {
  const path = join(import.meta.dirname, "../packages/cli/quickstart/experiment.yaml");
  expect(Object.keys(load(path).spec["levels"] as object)).toEqual(["layers", "particles", "gaussian-moments"]);
});
