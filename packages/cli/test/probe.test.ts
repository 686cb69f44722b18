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
