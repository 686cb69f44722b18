import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Ended, meanfield, temporaryFolder } from "./command.js";
import { smallYaml, threeLevels } from "./documents.js";

const folder = temporaryFolder();
interface LevelAnswer {
  readonly outcome: Record<string, unknown>;
  readonly t: number[];
  readonly x?: number[][][];
  readonly mean?: number[][];
  readonly cov?: number[][][];
  readonly series: Record<string, { t: number[]; value: unknown[] }>;
}
interface Answer {
  readonly levels: Record<string, LevelAnswer>;
  readonly distances: Record<string, Record<string, { t: number[]; value: number[]; null?: Record<string, unknown> }>>;
  readonly expect: { ok: boolean }[];
  readonly [key: string]: unknown;
}

const write = (name: string, value: unknown) =>
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
const answerOf = ({ stdout }: Ended) => JSON.parse(stdout) as Answer;
const sizes = (value: unknown): number[] => (Array.isArray(value) ? [value.length, ...sizes(value[0])] : []);

/** stdout is exactly one JSON document in one line, and no number of it is missing. */
function checkStdout({ stdout }: Ended): void {
  expect(stdout.endsWith("}\n")).toBe(true);
  expect(stdout.indexOf("\n")).toBe(stdout.length - 1);
  // JSON.stringify turns NaN and Infinity into null.
  expect(stdout).not.toMatch(/NaN|Infinity|null,|,null|\[null/);
}

let whole: Ended;
let again: Ended;
beforeAll(async () => {
  write("three.json", threeLevels);
  write("small.yaml", smallYaml);
  whole = await meanfield(["run", "three.json", "--json"], folder);
  again = await meanfield(["run", "three.json", "--json", "--quiet"], folder);
});

describe("run --json", () => {
  test("prints the document of format.md and nothing else", () => {
    expect(whole.code).toBe(0);
    checkStdout(whole);
    const answer = answerOf(whole);
    expect(Object.keys(answer)).toEqual([
      ...["id", "format", "spec", "backend", "levels", "distances", "attention", "expect"],
    ]);
    expect(answer["id"]).toMatch(/^[0-9a-f]{16}$/);
    expect(answer["format"]).toBe(1);
    expect(answer["spec"]).toMatchObject({ title: "three levels", solve: { method: expect.anything(), seed: 1 } });
    expect(["native", "wasm"]).toContain((answer["backend"] as { name: string }).name);
    expect(answer["backend"]).toMatchObject({ precision: "f64", accuracy: "exact" });
    expect(Object.keys(answer.levels)).toEqual(["particles", "layers", "gaussian-moments"]);
  });

  test.each(["particles", "layers"])("%s: x[k][i][a] over the saved times, series beside it", (name) => {
    const level = answerOf(whole).levels[name]!;
    expect(Object.keys(level)).toEqual(["outcome", "t", "x", "series"]);
    expect(level.outcome).toEqual({ status: "completed" });
    expect(level.t).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(sizes(level.x)).toEqual([5, 12, 2]);
    expect(Object.keys(level.series)).toEqual(["spectrum", "trace"]);
    expect(level.series["spectrum"]!.t).toEqual(level.t);
    expect(sizes(level.series["spectrum"]!.value)).toEqual([5, 2]);
    expect(level.series["trace"]!.t).toEqual([0, 0.2]);
    expect(sizes(level.series["trace"]!.value)).toEqual([2]);
  });

  test("gaussian-moments: mean[k][a], cov[k][a][b], ended by the event at the time theory says", () => {
    const level = answerOf(whole).levels["gaussian-moments"]!;
    expect(Object.keys(level)).toEqual(["outcome", "monitors", "t", "mean", "cov", "series"]);
    expect(level.outcome).toMatchObject({ status: "stopped", event: "blow-up" });
    // A = I, W = 0, Σ_0 = I: Σ̇ = 2Σ², so t* = 1/2; 1e-6 for the adaptive steps at rtol 1e-8.
    expect(Math.abs((level.outcome["t"] as number) - 0.5)).toBeLessThan(1e-6);
    expect(level.outcome["tError"]).toBeGreaterThan(0);
    expect(level.t.every((t) => t <= (level.outcome["t"] as number))).toBe(true);
    expect(sizes(level.mean)).toEqual([level.t.length, 2]);
    expect(sizes(level.cov)).toEqual([level.t.length, 2, 2]);
    // Σ(1/4) = I/(1 − 2·1/4) = 2 I, to the tolerance of the steps.
    expect(Math.abs(level.cov![1]![0]![0]! - 2)).toBeLessThan(1e-6);
  });

  test("distances: every pair and metric, each value with its null band", () => {
    const { distances } = answerOf(whole);
    expect(Object.keys(distances)).toEqual([
      "particles|layers",
      "particles|gaussian-moments",
      "layers|gaussian-moments",
    ]);
    for (const metrics of Object.values(distances)) {
      expect(Object.keys(metrics)).toEqual(["bures-wasserstein", "sliced-wasserstein"]);
      for (const { t, value, null: band } of Object.values(metrics)) {
        expect(value.length).toBe(t.length);
        expect(Object.keys(band!)).toEqual(["median", "low", "high", "n", "repeats"]);
        expect(sizes(band!["low"])).toEqual([t.length]);
      }
    }
    expect(distances["particles|layers"]!["bures-wasserstein"]!.t).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  test("attention and monitors: what compare prints is in the answer, tilt by the closed form", () => {
    const answer = answerOf(whole);
    const watched = answer["attention"] as Record<string, { logN: number; t: number[]; tilt: number[] }>;
    expect(Object.keys(watched)).toEqual(["particles|gaussian-moments", "layers|gaussian-moments"]);
    const { logN, t, tilt } = watched["particles|gaussian-moments"]!;
    expect(logN).toBe(Math.log(12));
    expect(t).toEqual([0, 0.25, 0.5, 0.75, 1]);
    // Σ(t) = I/(1 − 2t), A = I: E|Σ^½x|² = tr Σ² = 2 and 8; 1e-5 for the adaptive steps at rtol 1e-8, squared.
    expect(Math.abs(tilt[0]! - 2)).toBeLessThan(1e-12);
    expect(Math.abs(tilt[1]! - 8)).toBeLessThan(1e-5);
    const monitors = (answer.levels["gaussian-moments"] as unknown as { monitors: Record<string, { verdict: string }> })
      .monitors;
    expect(monitors["rank"]!.verdict).toBe("kept");
  });

  test("numbers are printed to full precision: printing what was read gives the same text", () => {
    expect(`${JSON.stringify(JSON.parse(whole.stdout))}\n`).toBe(whole.stdout);
    expect(whole.stdout).toMatch(/\d\.\d{15,}/);
  });

  test("a second process prints the same bytes, and --quiet only silences stderr", () => {
    expect(again.stdout).toBe(whole.stdout);
    expect(whole.stderr).toMatch(/^particles: \d+ %, t = /);
    expect(again.stderr).toBe("");
  });

  test("save.at as a list; default is the end; YAML and JSON are the same document", async () => {
    const [list, end, json] = await Promise.all([
      meanfield(["run", "small.yaml", "--json", "--set", "save.at=[0, 0.3, 1]"], folder),
      meanfield(["run", "small.yaml", "--json"], folder),
      (async () => {
        const { model, initial, levels, solve } = threeLevels;
        const gaussian = {
          mean: [0, 0],
          cov: [
            [1, 0],
            [0, 1],
          ],
          n: 16,
        };
        write("small.json", {
          model,
          solve,
          initial: { ...initial, gaussian },
          levels: { particles: levels.particles },
        });
        return meanfield(["run", "small.json", "--json"], folder);
      })(),
    ]);
    expect(answerOf(list).levels["particles"]!.t).toEqual([0, 0.3, 1]);
    expect(answerOf(end).levels["particles"]!.t).toEqual([1]);
    expect(answerOf(list).levels["particles"]!.x![2]).toEqual(answerOf(end).levels["particles"]!.x![0]);
    expect(answerOf(json)["id"]).toBe(answerOf(end)["id"]);
    expect(answerOf(json).levels).toEqual(answerOf(end).levels);
  });

  test("an expectation that is not met: exit 1, the document is printed, stderr says what was found", async () => {
    const expectations =
      "expect=[{ level: particles, equals: completed }, { series: particles.trace, at: 0, below: 0.1 }]";
    const words = ["--set", expectations, "--set", "observe.trace.every=0.5"];
    const ended = await meanfield(["run", "small.yaml", "--json", "--quiet", ...words], folder);
    expect(ended.code).toBe(1);
    checkStdout(ended);
    expect(answerOf(ended).expect.map(({ ok }) => ok)).toEqual([true, false]);
    expect(ended.stderr).toMatch(/^not met: particles.trace at t = 0: expected below 0.1, found \d\.\d+\n$/);
  });
});

describe("compare on a terminal", () => {
  test("shows tilt against log n, effective sample size, entropies, and what every run is watched for", async () => {
    const { code, stdout } = await meanfield(["compare", "three.json", "--out", "compared"], folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/departure: departs, predicted at t = .* \(E\|Σ\^½Ax\|² = log n, n = 12\)/);
    expect(stdout).toMatch(/attention, particles \| gaussian-moments: log n = 2.4849; (not )?frozen/);
    expect(stdout).toMatch(/t +tilt +n·e\^−tilt +entropy in closure +entropy measured +tokens seen/);
    expect(stdout).toMatch(/gaussian-moments, rank: kept, rankAtStart 2/);
  });
});

describe("the other commands with --json", () => {
  test("analyze: id and the parts that apply, with certificates", async () => {
    const ended = await meanfield(["analyze", "three.json", "--json"], folder);
    expect(ended.code).toBe(0);
    checkStdout(ended);
    const answer = JSON.parse(ended.stdout) as Record<string, Record<string, unknown>>;
    expect(answer["id"]).toBe(answerOf(whole)["id"]);
    expect(answer["regime"]).toMatchObject({ verdict: "blow-up", certificate: { method: expect.any(String) } });
    // t* = 1/2 in closed form: rounding only.
    expect(Math.abs((answer["regime"]!["tStar"] as number) - 0.5)).toBeLessThan(1e-12);
  });

  test("compare: what run prints, with the analysis, the departures and the growth", async () => {
    const ended = await meanfield(["compare", "three.json", "--json"], folder);
    expect(ended.code).toBe(0);
    checkStdout(ended);
    const { analysis, departures, growth, ...rest } = answerOf(ended);
    expect(rest).toEqual(answerOf(whole));
    // No level of this document is a density on a grid.
    expect(growth).toEqual({});
    expect(analysis).toMatchObject({ regime: { verdict: "blow-up" } });
    expect(Object.keys(departures as object)).toContain("particles|gaussian-moments");
    const { attention } = (departures as Record<string, { attention: Record<string, number[]> }>)[
      "particles|gaussian-moments"
    ]!;
    expect(attention["t"]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(attention["entropy"]!.length).toBe(5);
    // Σ = I at the start: E|x|² = 2; the moments end at t* = ½.
    expect(attention["tilt"]![0]).toBeCloseTo(2, 14);
    expect(attention["tilt"]!.length).toBe(2);
  });

  test("compare --sizes: the exponent in the number of tokens, and the growth of the distance to the mean-field law", async () => {
    const law = {
      model: { attention: { softmax: { beta: 4 } }, geometry: "sphere" },
      initial: { density: { circle: { expression: "1 + 0.5*cos(theta)" }, n: 32 } },
      levels: { "mean-field": { grid: 64 }, particles: {} },
      compare: { metrics: ["circle-wasserstein"], every: 0.5, draws: 8 },
    };
    writeFileSync(join(folder, "law.json"), JSON.stringify(law));
    const ended = await meanfield(["compare", "law.json", "--json", "--sizes", "16,64", "--repeats", "3"], folder);
    expect(ended.code).toBe(0);
    const { sizes, growth } = answerOf(ended) as Record<
      string,
      Record<string, Record<string, Record<string, unknown>>>
    >;
    const found = sizes!["mean-field|particles"]!["circle-wasserstein"]!;
    expect(found["n"]).toEqual([16, 64]);
    expect(found["slope"]).toBeLessThan(0);
    expect(growth!["mean-field|particles"]!["circle-wasserstein"]!["rate"]).toBeTypeOf("number");
  });

  test("compare --sizes --layers: both exponents beside each other, and one figure with its numbers", async () => {
    const small = {
      model: { attention: { softmax: { beta: 0.3, V: { scale: -1 } } } },
      initial: { gaussian: { mean: [0.3], n: 16 } },
      levels: { layers: { L: 10 }, particles: {}, "gaussian-moments": {} },
      compare: { metrics: ["bures-wasserstein"], every: 1, draws: 4 },
    };
    writeFileSync(join(folder, "both.json"), JSON.stringify(small));
    const flags = ["--sizes", "16,64", "--layers", "10,20,40", "--repeats", "3", "--out", "both"];
    const ended = await meanfield(["compare", "both.json", ...flags], folder);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/By number of tokens/);
    expect(ended.stdout).toMatch(/L = 10 +L = 20 +L = 40 +exponent of L/);
    expect(ended.stdout).toMatch(/levels +distance +t +value +null band 5–95 % +exponent of n +exponent of L/);
    for (const kind of ["svg", "png", "pdf"]) {
      expect(existsSync(join(folder, "both/figures", `distance-scaling.${kind}`))).toBe(true);
    }
    const again = await meanfield(["compare", "both.json", ...flags, "--json"], folder);
    const { sizes, layers } = answerOf(again);
    const written = JSON.parse(readFileSync(join(folder, "both/figures/distance-scaling.json"), "utf8")) as object;
    expect(written).toEqual({ sizes, layers, repeats: 3 });
    const slopes = layers as Record<string, Record<string, { slope: number }>>;
    // Euler's second term bends the line by a few per cent at L = 10.
    expect(Math.abs(slopes["layers|particles"]!["bures-wasserstein"]!.slope + 1)).toBeLessThan(0.1);
  });
});
