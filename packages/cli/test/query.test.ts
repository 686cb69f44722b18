import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../test/needs.js";
import { meanfield, repository, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
writeFileSync(
  join(folder, "small.yaml"),
  `title: A "small" run, it's said
model: { attention: softmax }
initial: { gaussian: { mean: [0, 0], cov: identity, n: 5 } }
levels: { particles: {}, gaussian-moments: {} }
solve: { span: [0, 0.2], repeats: 3 }
observe: { trace: { every: 0.1 } }
`,
);

beforeAll(async () => {
  for (const seed of ["1", "2"]) {
    const out = join("store [1]", seed);
    const done = await meanfield(["run", "small.yaml", "--seed", seed, "--out", out, "--quiet"], folder);
    expect(done.stderr).toBe("");
  }
});

const ask = async (sql: string) => JSON.parse((await meanfield(["query", sql, "store [1]", "--json"], folder)).stdout);
const optional = (name: string) => existsSync(join(repository, "node_modules", name));

describe("query and export without their packages", () => {
  test.skipIf(optional("@duckdb/node-api"))("query says what to install", async () => {
    const { code, stderr } = await meanfield(["query", "select 1", "store [1]"], folder);
    expect(code).toBe(2);
    expect(stderr).toContain("Install it where Meanfield is: npm install @duckdb/node-api.");
  });

  test.skipIf(optional("h5wasm"))("export says what to install", async () => {
    const { code, stderr } = await meanfield(["export", join("store [1]", "1"), "--format", "h5"], folder);
    expect(code).toBe(2);
    expect(stderr).toContain("npm install h5wasm.");
  });

  test("query says where there is nothing to ask", async () => {
    const nowhere = await meanfield(["query", "select 1", "nowhere"], folder);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("nowhere: must be a directory") });
  });

  test("export writes every format that needs nothing", async () => {
    for (const [format, files] of [
      ["npz", ["run.npz"]],
      ["csv", ["particles.csv", "gaussian-moments.csv", "distances.csv", "ensemble.csv"]],
      ["parquet", ["series.parquet", "distances.parquet", "ensemble.parquet"]],
      ["zarr", ["run.zarr"]],
    ] as const) {
      const { code, stdout } = await meanfield(["export", "store [1]/1", "--format", format, "--out", format], folder);
      expect([code, stdout]).toEqual([0, files.map((name) => `${format}/${name}\n`).join("")]);
      for (const name of files) expect(existsSync(join(folder, format, name))).toBe(true);
    }
    const stored = readFileSync(join(folder, "store [1]/1/ensemble.parquet"));
    expect(readFileSync(join(folder, "parquet/ensemble.parquet")).equals(stored)).toBe(true);
  });
});

describe("figure", () => {
  test("draws a run again from its store, or says what it has", async () => {
    const figure = ["figure", "store [1]/1", "--kind", "trace-by-depth"];
    const words = [...figure, "--out", "drawn"];
    const { code, stdout } = await meanfield(words, folder);
    const files = ["svg", "png", "pdf"].map((type) => `drawn/trace-by-depth.${type}`);
    expect([code, stdout]).toEqual([0, files.map((file) => `${file}\n`).join("")]);
    const first = readFileSync(join(folder, "store [1]/1/figures/trace-by-depth.svg"));
    expect(readFileSync(join(folder, files[0]!)).equals(first)).toBe(true);
    const unknown = await meanfield(["figure", "store [1]/1", "--kind", "nothing"], folder);
    expect(unknown.stderr).toContain('this run has no figure "nothing". It has');
  });

  test("draws maps of a sweep's rows, and says what it has not", async () => {
    const sweep = `title: Four widths
model: { attention: { softmax: { beta: 1 } } }
initial: { gaussian: { mean: [0, 0], cov: { diagonal: [1, 1] } } }
levels: { gaussian-moments: {} }
solve: { span: [0, 0.1] }
observe: { trace: { every: 0.1 } }
sweep:
  model.attention.softmax.beta: [1, 2]
  initial.gaussian.cov.diagonal.0: [0.25, 1]
  measure: [analysis, series]
`;
    writeFileSync(join(folder, "sweep.yaml"), sweep);
    expect(await meanfield(["sweep", "sweep.yaml", "--out", "sweep", "--quiet"], folder)).toMatchObject({ code: 0 });
    const plane = ["--x", "model.attention.softmax.beta", "--y", "initial.gaussian.cov.diagonal.0"];
    const figure = (...words: string[]) => meanfield(["figure", "sweep", ...words], folder);
    const drawn = async (name: string, ...words: string[]) => {
      const { code, stdout, stderr } = await figure(...words);
      expect([code, stderr, stdout.split("\n")[0]]).toEqual([0, "", `sweep/figures/${name}.svg`]);
      return readFileSync(join(folder, `sweep/figures/${name}.svg`), "utf8");
    };
    const trace = "gaussian-moments.trace@0.1";
    const map = await drawn("heat-map", ...plane, "--value", trace);
    expect(map).toMatch(/<desc>Four widths; trace, .* 4 places; 4 cells, backend \w+ f64, Meanfield \d[^;]*\.<\/desc>/);
    expect(await drawn("regime-map", "--kind", "regime-map", ...plane)).toContain("4 places: 4 blow-up");
    expect(await drawn("rank-histogram", "--kind", "rank-histogram")).toContain("over 4 models");
    const missing = await figure("--x", "model.attention.softmax.beta");
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("needs --x, --y, --value") });
    const idle = await figure("--kind", "regime-map", ...plane, "--facet", "seed");
    expect(idle).toMatchObject({ code: 2, stderr: expect.stringContaining("takes --x, --y, --value, --zero") });
    const strange = await figure("--kind", "regimes");
    expect(strange).toMatchObject({ code: 2, stderr: expect.stringContaining("There are heat-map, line-family") });
  });
});

needs("duckdb").suite("query", () => {
  test("answers over every run of a store", async () => {
    const runs = await ask(
      "select title, directory, expect_ok, spec->>'$.solve.repeats' as repeats from runs order by 2",
    );
    const title = 'A "small" run, it\'s said';
    expect(runs).toEqual([
      { title, directory: "store [1]/1", expect_ok: true, repeats: "3" },
      { title, directory: "store [1]/2", expect_ok: true, repeats: "3" },
    ]);
    const counts = "select directory, level, count(*)::int as n from series group by all order by all";
    expect((await ask(counts)).map(({ n }: { n: number }) => n)).toEqual([3, 3, 3, 3]);
    const answer = JSON.parse((await meanfield(["run", "small.yaml", "--seed", "2", "--json"], folder)).stdout).levels
      .particles.ensemble.series.trace;
    const means = "select value from ensemble where directory like '%/2' and statistic = 'mean' order by t";
    expect((await ask(means)).map(({ value }: { value: number }) => value)).toEqual(answer.mean);
    expect((await ask("select count(*)::int as n from distances"))[0].n).toBeGreaterThan(10);
  });

  test("counts are numbers; a sweep that has just begun is no trouble, and a chunk that was computed twice counts once", async () => {
    expect(await ask("select count(*) as n, 99999999999999999999::hugeint as much from runs")).toEqual([
      { n: 2, much: "99999999999999999999" },
    ]);
    const begun = join(folder, "begun");
    mkdirSync(join(begun, "chunks"), { recursive: true });
    copyFileSync(join(folder, "sweep", "sweep.json"), join(begun, "sweep.json"));
    const chunks = join(folder, "sweep", "chunks");
    const [first] = readdirSync(chunks).sort();
    copyFileSync(
      join(chunks, first!),
      join(chunks, first!.replace(/-0-[0-9a-f]{16}\.parquet$/, "-1-0123456789abcdef.parquet")),
    );
    const counted = await meanfield(["query", "select count(*) as n from cells", "sweep", "begun", "--json"], folder);
    expect(counted).toMatchObject({ stderr: "", stdout: expect.stringContaining('"n":4') });
  });

  test("passes on what DuckDB says of a wrong statement", async () => {
    const { code, stderr } = await meanfield(["query", "select nothing from runs", "store [1]"], folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/query: .*nothing.* not found/s);
  });
});

needs("h5wasm").suite("export to HDF5", () => {
  test("keeps every number bit for bit", async () => {
    const done = await meanfield(["export", "store [1]/1", "--format", "h5", "--out", "h5"], folder);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    const script = `import { readFileSync } from "node:fs"; import * as h5 from "h5wasm/node"; await h5.ready;
      const f = new h5.File(process.argv[1], "r");
      console.log(JSON.stringify({ x: Array.from(f.get("particles/x").value), shape: f.get("particles/x").shape }));`;
    const read = spawnSync(process.execPath, ["--input-type=module", "-e", script, join(folder, "h5/run.h5")], {
      cwd: repository,
      encoding: "utf8",
    });
    const answer = JSON.parse((await meanfield(["run", "small.yaml", "--json", "--seed", "1"], folder)).stdout);
    expect(JSON.parse(read.stdout)).toEqual({
      x: answer.levels.particles.x.flat(2),
      shape: [1, 5, 2],
    });
  });
});
