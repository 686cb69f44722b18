import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bindCell, experiment, planSweep, runCell } from "@meanfield/core/experiment";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

/** Every sweep.yaml of examples/: this suite finds them by itself. */
const root = join(import.meta.dirname, "../examples");
const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("sweep.yaml"));

const load = (name: string) => parse(readFileSync(join(root, name), "utf8")) as Record<string, object>;

describe.each(names)("examples/%s", (name) => {
  test("is planned, and says what it shows and what must come out", () => {
    const document = load(name);
    expect(document["title"]).toBeTypeOf("string");
    expect(document["notes"]).toBeTypeOf("string");
    expect(experiment(planSweep(document).base).expectations.length).toBeGreaterThan(0);
  });

  test("its first cell meets what it expects, with four repeats", () => {
    const document = load(name);
    const plan = planSweep({ ...document, solve: { ...document["solve"], repeats: 4 } });
    const first = plan.values(plan.dimensions.map(() => 0));
    const cell = runCell(bindCell(plan, first), plan.measure);
    expect(cell.status).toBe("done");
    expect(cell.columns["expect.ok"]).toBe(true);
  });
});
