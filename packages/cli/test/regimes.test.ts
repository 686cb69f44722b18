import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { meanfield, temporaryFolder } from "./command.js";
import { rowsOf } from "./sweeps.js";

const folder = temporaryFolder();
const example = (name: string) => join(import.meta.dirname, "../../../examples", name, "sweep.yaml");

interface Share {
  readonly count: number;
  readonly trials: number;
  readonly frequency: number;
  readonly low: number;
  readonly high: number;
}
interface Group {
  readonly value: unknown;
  readonly failed: number;
  readonly statistics: {
    readonly frequencies: Record<string, Share>;
    readonly ranks: Record<string, Share>;
    readonly tStar?: { readonly median: number };
  };
}

async function regimes(...words: string[]): Promise<Group[]> {
  const { stdout, stderr, code } = await meanfield(["status", ...words, "--json"], folder);
  expect([stderr, code]).toEqual(["", 0]);
  return (JSON.parse(stdout) as { regimes: Group[] }).regimes;
}

test("the map of two parameters takes the side of theory in every cell, and t* is that of the closed form", async () => {
  const { code } = await meanfield(["sweep", example("regime-map"), "--out", "map", "--quiet"], folder);
  expect(code).toBe(0);
  const rows = await rowsOf(join(folder, "map"));
  expect(rows.length).toBeGreaterThan(100);
  const beta = "model.attention.softmax.beta";
  const first = "initial.gaussian.cov.diagonal.0";
  let nearest = Number.POSITIVE_INFINITY;
  for (const { values, columns } of rows) {
    const margin = values["$margin"] as number;
    // βσ for the eigenvalue that leads: σ̇ = −2σ + 2βσ².
    const lead = (values[beta] as number) * Math.max(values[first] as number, 0.5);
    expect(margin).toBeCloseTo(lead - 1, 12);
    nearest = Math.min(nearest, Math.abs(margin));
    if (Math.abs(margin) < 1e-9) continue;
    expect(columns["analysis.regime.verdict"]).toBe(margin > 0 ? "blow-up" : "decays");
    if (margin < 0) continue;
    const exact = -Math.log1p(-1 / lead) / 2;
    const [found, error] = [columns["analysis.regime.tStar"], columns["analysis.regime.tError"]] as [number, number];
    expect(Math.abs(found - exact)).toBeLessThanOrEqual(error + 4 * Number.EPSILON * exact);
  }
  // The bisection has come near the boundary.
  expect(nearest).toBeLessThan(0.05);
  const [group] = await regimes("map", "--regimes");
  const { frequencies } = group!.statistics;
  expect(frequencies["undecided"]!.count).toBe(0);
  expect(Object.values(frequencies).reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
});

const heads = `model: { attention: { softmax: { Q: { random: ginibre, seed: 1 }, V: { random: ginibre, seed: 2 } } } }
initial: { gaussian: { mean: [0, 0], cov: identity } }
levels: { gaussian-moments: {} }
solve: { span: [0, 1] }
sweep:
  $draw: { range: [1, 6], count: 6, round: true }
  model.attention.softmax.Q.scale: [0.25, 1]
  derive: { model.attention.softmax.Q.seed: 2 * $draw, model.attention.softmax.V.seed: 2 * $draw + 1 }
  measure: [analysis]
`;

test("frequencies of an ensemble are counted by a swept column, with intervals that hold them", async () => {
  writeFileSync(join(folder, "heads.yaml"), heads);
  expect((await meanfield(["sweep", "heads.yaml", "--out", "heads", "--quiet"], folder)).code).toBe(0);
  const column = "model.attention.softmax.Q.scale";
  const groups = await regimes("heads", "--regimes", column);
  expect(groups.map(({ value, failed }) => [value, failed])).toEqual([
    [0.25, 0],
    [1, 0],
  ]);
  const rows = await rowsOf(join(folder, "heads"));
  for (const { value, statistics } of groups) {
    const own = rows.filter(({ values }) => values[column] === value);
    for (const [name, { count, trials, frequency, low, high }] of Object.entries(statistics.frequencies)) {
      expect([count, trials]).toEqual([own.filter((row) => row.columns["analysis.regime.verdict"] === name).length, 6]);
      expect(low <= frequency && frequency <= high).toBe(true);
    }
  }
  const { stdout } = await meanfield(["status", "heads", "--regimes"], folder);
  expect(stdout).toMatch(/blow-up +\d+ +[\d.]+ % +[\d.]+ % – [\d.]+ %/);
});

test("a column that is not there, and rows without a verdict, are refused", async () => {
  const unknown = await meanfield(["status", "heads", "--regimes", "nothing"], folder);
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringMatching(/must name a column .* got nothing.*\$draw/),
  ]);
  writeFileSync(join(folder, "bare.yaml"), heads.replace("measure: [analysis]", "measure: [levels]"));
  await meanfield(["sweep", "bare.yaml", "--out", "bare", "--quiet"], folder);
  const bare = await meanfield(["status", "bare", "--regimes"], folder);
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringMatching(/measure: \[analysis\]/)]);
});
