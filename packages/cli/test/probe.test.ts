import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Ended, meanfield, temporaryFolder, weights } from "./command.js";

const folder = temporaryFolder();
const texts = ["The sea is calm.", "Depth is time."];

/** A folder with the real weights but for what `change` does to it. */
function broken(name: string, change: (folder: string) => void): string {
  mkdirSync(join(folder, name));
  for (const file of readdirSync(weights)) linkOrCopy(join(weights, file), join(folder, name, file));
  change(join(folder, name));
  return name;
}

/** What the tests break is left out; the rest is linked where the file system allows. */
function linkOrCopy(from: string, to: string): void {
  if (/shard1of7$|model\.json$/.test(from)) return;
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

describe("probe of the trained network", () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await meanfield(
      ["probe", weights, "--repeats", "10", "--out", "probe", "--json", "--text", ...texts],
      folder,
    );
  });

  test("prints network, layers with measures and null bands, heads and verdicts, for the texts alone", () => {
    expect(ended.code).toBe(0);
    expect(ended.stdout.indexOf("\n")).toBe(ended.stdout.length - 1);
    const answer = JSON.parse(ended.stdout);
    expect(answer.network).toBe("universal-sentence-encoder-lite");
    expect(Object.keys(answer)).toEqual(expect.arrayContaining(["network", "layers", "heads", "verdicts"]));
    expect(answer.layers.map(({ name }: { name: string }) => name)).toEqual([
      "blocks.0.hook_resid_pre",
      "blocks.0.hook_resid_mid",
      "blocks.0.hook_resid_post",
      "blocks.1.hook_resid_mid",
      "blocks.1.hook_resid_post",
    ]);
    for (const part of [...answer.layers, ...answer.verdicts]) expect(part.input).toBe("text");
    for (const { measures } of answer.layers) {
      for (const { value, control } of Object.values(measures) as { value: number; control: number }[]) {
        expect(Number.isFinite(value) && Number.isFinite(control)).toBe(true);
      }
      const { low, median, high } = measures["sliced-wasserstein"].null;
      expect(low <= median && median <= high).toBe(true);
    }
  });

  test("writes probe.json, a report and figures", () => {
    expect(readdirSync(join(folder, "probe")).sort()).toEqual(["figures", "probe.json", "report.html"]);
    expect(readFileSync(join(folder, "probe/probe.json"), "utf8")).toBe(ended.stdout);
    expect(readFileSync(join(folder, "probe/report.html"), "utf8")).toContain("universal-sentence-encoder-lite");
  });
});

describe("probe of random blocks", () => {
  const small = ["--width", "16", "--blocks", "2", "--heads", "2", "--gaussian", "24", "--repeats", "10"];

  test.each([
    ["gpt-2", "blocks.1.hook_resid_post"],
    ["bert", "blocks.1.hook_normalized_resid_post"],
  ])(
    "%s: says what was drawn, every layer has its bands, and the same seed gives the same bytes",
    async (shape, last) => {
      const words = ["probe", "--random", shape, ...small, "--json", "--quiet"];
      const [first, second, other] = await Promise.all(
        [words, words, [...words, "--seed", "2"]].map((one) => meanfield(one, folder)),
      );
      expect([first!.code, first!.stderr]).toEqual([0, ""]);
      expect(second!.stdout).toBe(first!.stdout);
      expect(other!.stdout).not.toBe(first!.stdout);
      const answer = JSON.parse(first!.stdout);
      expect(answer.network).toBe(`random ${shape} (width 16, 2 blocks, 2 heads, weights of deviation 0.1386, seed 1)`);
      expect(answer.layers.length).toBe(5);
      expect(answer.layers.at(-1).name).toBe(last);
      for (const { input, measures } of answer.layers) {
        expect(input).toBe("gaussian");
        for (const name of ["sliced-wasserstein", "energy-distance", "mmd", "mardia-skewness", "radial-variance"])
          expect(measures[name]).toMatchObject({ null: { low: expect.any(Number) }, inside: expect.any(Boolean) });
      }
      expect(answer.heads.length).toBe(4);
    },
  );

  test.each([
    [["--random", "gtp-2"], /there is no shape "gtp-2". Did you mean "gpt-2"/],
    [[], /a folder of weights or --random SHAPE is needed, got neither/],
    [["weights", "--random", "bert"], /weights are read or drawn, not both/],
    [["--random", "bert", "--text", "a"], /random blocks read no texts/],
    [["weights", "--width", "8"], /chosen with --random only, got width/],
    [["--random", "bert", "--heads", "5"], /heads must divide the width, got 5 heads and width 64/],
  ])("refuses %j", async (words, says) => {
    const { code, stdout, stderr } = await meanfield(["probe", ...words], folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
  });
});

describe("weights that cannot be read: exit 2, the file is named, nothing is written", () => {
  const model = (text: string) => (to: string) => writeFileSync(join(to, "model.json"), text);
  const shard = "group1-shard1of7";
  const whole = (to: string) => copyFileSync(join(weights, "model.json"), join(to, "model.json"));

  test.each([
    [
      "cut",
      (to: string) => {
        whole(to);
        writeFileSync(join(to, shard), readFileSync(join(weights, shard)).subarray(0, 1000));
      },
      /^cut\/group1-shard1of7: the file must hold 4194304 bytes .*got 1000 bytes/,
    ],
    ["absent", whole, /^absent\/group1-shard1of7: the file must be readable.*got ENOENT/],
    ["half", model('{"modelTopology":'), /^half\/model.json: the file must be JSON, got Unexpected end/],
    ["bare", model("{}"), /^bare\/model.json: modelTopology must hold the graph, got nothing/],
  ] as const)("%s", async (name, change, says) => {
    broken(name, change);
    const { code, stdout, stderr } = await meanfield(["probe", name, "--out", "out", "--text", "a"], folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  test("an empty folder, a missing one, and an --out that holds something else", async () => {
    mkdirSync(join(folder, "empty"));
    mkdirSync(join(folder, "foreign"));
    writeFileSync(join(folder, "foreign/thesis.tex"), "");
    const words = [["empty"], ["nowhere"], [weights, "--out", "foreign"]];
    const ended = await Promise.all(words.map((one) => meanfield(["probe", ...one], folder)));
    expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual(words.map(() => [2, ""]));
    expect(ended[0]!.stderr).toMatch(/^empty: the folder must hold a TensorFlow.js graph model .*got an empty folder/);
    expect(ended[1]!.stderr).toMatch(/^nowhere: must exist, got nothing there/);
    expect(ended[2]!.stderr).toMatch(
      /^foreign: a probe needs a new directory, or one of an earlier probe, got thesis.tex/,
    );
  });
});
