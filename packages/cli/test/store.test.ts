import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz, writeNpy } from "@meanfield/results";
import { beforeAll, describe, expect, test } from "vitest";
import { type Ended, meanfield, temporaryFolder } from "./command.js";
import { threeLevels } from "./documents.js";

const folder = temporaryFolder();
const at = (...parts: string[]) => join(folder, ...parts);
const manifestOf = (directory: string) => JSON.parse(readFileSync(at(directory, "manifest.json"), "utf8"));

/** Every file under a directory with its digest. */
function digests(directory: string): Record<string, string> {
  const names = readdirSync(at(directory), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(at(directory).length + 1), createHash("sha256").update(readFileSync(path)).digest("hex")];
    }),
  );
}

/** The same document with a comment on top. */
const yaml = (text: string) => `# a comment\n${text}`;
let first: Ended;
beforeAll(async () => {
  writeFileSync(at("three.yaml"), yaml(JSON.stringify(threeLevels)));
  writeFileSync(at("one.yaml"), JSON.stringify({ ...threeLevels, levels: { particles: {} }, compare: undefined }));
  first = await meanfield(["run", "three.yaml", "--out", "run"], folder);
});

describe("a first run", () => {
  test("writes manifest, tables, states, report and the figures in three formats, and nothing else", () => {
    expect(first.code).toBe(0);
    const files = Object.keys(digests("run")).sort();
    const figures = files.filter((name) => name.startsWith("figures/"));
    expect(files.filter((name) => !name.startsWith("figures/"))).toEqual([
      "distances.parquet",
      "manifest.json",
      "report.html",
      "series.parquet",
      "states.npz",
    ]);
    const stems = new Set(figures.map((name) => name.replace(/\.\w+$/, "")));
    expect(stems.size).toBeGreaterThan(0);
    expect(figures).toEqual([...stems].flatMap((stem) => [`${stem}.pdf`, `${stem}.png`, `${stem}.svg`]).sort());
    const starts = { svg: "<svg", png: "\x89PNG", pdf: "%PDF-", parquet: "PAR1", npz: "PK" };
    for (const name of files) {
      const start = starts[name.split(".").at(-1) as keyof typeof starts];
      if (start) expect(readFileSync(at("run", name)).subarray(0, 200).toString("latin1"), name).toContain(start);
    }
  });

  test("the manifest says how it was made, with a checksum of every file", () => {
    const manifest = manifestOf("run");
    expect(manifest).toMatchObject({
      status: "finished",
      spec: { title: "three levels" },
      seeds: { initial: 4, solve: 1 },
      backend: { name: expect.stringMatching(/^(native|wasm)$/), precision: "f64", variant: expect.any(String) },
      versions: { "@meanfield/core": expect.any(String), node: process.versions.node },
    });
    const found = digests("run");
    delete found["manifest.json"];
    const listed = Object.entries(manifest.files as Record<string, { sha256: string }>).map(([name, { sha256 }]) => [
      name,
      sha256,
    ]);
    expect(Object.fromEntries(listed)).toEqual(found);
  });

  test("stdout is a table of levels, verdicts and distances that ends with where the results are", () => {
    expect(first.stdout).toMatch(
      /^three levels — id [0-9a-f]{16}, \d+\.\d s\n\nlevel +outcome +method +steps +evaluations\n/,
    );
    expect(first.stdout).toMatch(/\nregime: blow-up, t\* = 0\.5\d* ± \de-\d+, by /);
    expect(first.stdout).toMatch(/\nlayers \| gaussian-moments +bures-wasserstein +0\.25 +/);
    expect(first.stdout).toMatch(/\nresults and report.html in run\n$/);
  });
});

describe("the same run again", () => {
  test("returns at once, says so, and changes no file", async () => {
    const before = digests("run");
    const second = await meanfield(["run", "three.yaml", "--out", "run"], folder);
    expect(second.code).toBe(0);
    expect(second.stderr).toBe("");
    expect(second.stdout).toBe(first.stdout.replace(/, \d+\.\d s\n/, " (finished before)\n"));
    expect(digests("run")).toEqual(before);
  });

  test("title, notes and comments do not change the id; a seed and --set do", async () => {
    writeFileSync(at("retitled.yaml"), yaml(yaml(JSON.stringify({ ...threeLevels, title: "other", notes: "new" }))));
    const id = manifestOf("run").id as string;
    const retitled = await meanfield(["run", "retitled.yaml", "--out", "run", "--json"], folder);
    expect(retitled.code).toBe(0);
    expect(retitled.stderr).toBe("");
    expect(JSON.parse(retitled.stdout).id).toBe(id);
    const changes = [
      ["--seed", "5"],
      ["--set", "model.attention.softmax.beta=2"],
      ["--set", "initial.gaussian.n=13"],
    ];
    const ended = await Promise.all(
      changes.map((words) => meanfield(["run", "three.yaml", ...words, "--out", "run"], folder)),
    );
    for (const { code, stdout, stderr } of ended) {
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(
        new RegExp(`^run: must be free for run [0-9a-f]{16}, got another run, ${id} \\(finished\\)`),
      );
    }
    const ids = ended.map(({ stderr }) => /free for run (\w+)/.exec(stderr)![1]!);
    expect(new Set([id, ...ids]).size).toBe(4);
    expect(manifestOf("run").spec.title).toBe("three levels");
  });

  test("a default that is written out gives the same id", async () => {
    const words = ["--set", "model.mask=none", "--set", "solve.method=tsit5", "--out", "run"];
    const { code, stdout } = await meanfield(["run", "three.yaml", ...words], folder);
    expect(code).toBe(0);
    expect(stdout).toContain("(finished before)");
  });

  test("a damaged file is noticed", async () => {
    const words = ["run", "one.yaml", "--out", "damaged"];
    expect((await meanfield(words, folder)).code).toBe(0);
    writeFileSync(at("damaged/states.npz"), readFileSync(at("damaged/states.npz")).subarray(0, 100));
    const { code, stderr } = await meanfield(words, folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/states.npz: must be the file that the run wrote/);
  });
});

describe("a run that was cut off", () => {
  test("is completed by the next one, with the same bytes as an undisturbed run", async () => {
    const words = ["run", "one.yaml", "--out"];
    await meanfield([...words, "whole"], folder);
    await meanfield([...words, "cut"], folder);
    // What a power cut leaves: the claim, some files, a temporary one.
    const { store, id } = manifestOf("cut");
    writeFileSync(at("cut/manifest.json"), JSON.stringify({ store, status: "unfinished", id }));
    rmSync(at("cut/report.html"));
    writeFileSync(at("cut/states.npz"), "half");
    const { code, stdout } = await meanfield([...words, "cut"], folder);
    expect(code).toBe(0);
    expect(stdout).not.toContain("finished before");
    const data = (directory: string) => ["states.npz", "series.parquet"].map((name) => digests(directory)[name]);
    expect(data("cut")).toEqual(data("whole"));
    expect(existsSync(at("cut/report.html"))).toBe(true);
  });
});

describe("export", () => {
  test("npz holds the states, series and distances of the run, bit for bit", async () => {
    const { code, stdout } = await meanfield(["export", "run", "--out", "arrays"], folder);
    expect([code, stdout]).toEqual([0, "arrays/run.npz\n"]);
    const ours = readNpz(readFileSync(at("run/states.npz")), "states.npz");
    const exported = readNpz(readFileSync(at("arrays/run.npz")), "run.npz");
    for (const name of ["particles/x", "gaussian-moments/cov", "particles/series/spectrum/value"]) {
      expect(Object.keys(exported)).toContain(name);
    }
    for (const [name, array] of Object.entries(ours)) expect(exported[name]).toEqual(array);
  });

  test("csv holds series and distances, every number as it was printed by --json", async () => {
    const { code, stdout } = await meanfield(["export", "run", "--format", "csv", "--out", "tables"], folder);
    expect(code).toBe(0);
    expect(stdout.trim().split("\n").sort()).toEqual(
      readdirSync(at("tables"))
        .map((name) => `tables/${name}`)
        .sort(),
    );
    const json = await meanfield(["run", "three.yaml", "--out", "run", "--json"], folder);
    const { value } = JSON.parse(json.stdout).levels.particles.series.trace as { value: number[] };
    const rows = readFileSync(at("tables/particles.csv"), "utf8")
      .split("\n")
      .map((line) => line.split(","));
    expect(rows[0]).toEqual(["t", "series", "component", "value"]);
    expect(rows.filter(([, series]) => series === "trace").map((row) => Number(row[3]))).toEqual(value);
  });
});

describe("where results go", () => {
  beforeAll(() => {
    mkdirSync(at("elsewhere"));
  });

  test("without --out: results/<name>-<id>, relative to where the command runs", async () => {
    const { code, stdout } = await meanfield(["run", "../one.yaml"], at("elsewhere"));
    expect(code).toBe(0);
    const directory = /in (results\/one-[0-9a-f]{8})\n$/.exec(stdout)![1]!;
    expect(existsSync(at("elsewhere", directory, "manifest.json"))).toBe(true);
  });

  test("experiment.yaml takes the name of its folder, from inside it too; file references are relative to it", async () => {
    mkdirSync(at("study"));
    writeFileSync(at("study/mean.npy"), writeNpy({ shape: [2], data: Float64Array.of(3, 4) }));
    const gaussian = { mean: { file: "mean.npy" }, cov: "identity", n: 12 };
    const document = {
      ...threeLevels,
      levels: { "gaussian-moments": {} },
      initial: { gaussian },
      compare: undefined,
      save: { at: [0] },
    };
    writeFileSync(at("study/experiment.yaml"), JSON.stringify(document));
    const [relative, absolute, inside, json] = await Promise.all([
      meanfield(["run", "study/experiment.yaml"], folder),
      meanfield(["run", at("study/experiment.yaml")], at("elsewhere")),
      meanfield(["run", "experiment.yaml"], at("study")),
      meanfield(["run", at("study/experiment.yaml"), "--json"], at("elsewhere")),
    ]);
    for (const { code, stdout } of [relative, absolute, inside]) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/in results\/study-[0-9a-f]{8}\n$/);
    }
    expect(JSON.parse(json.stdout).levels["gaussian-moments"].mean).toEqual([[3, 4]]);
  });
});
