import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { meanfield, temporaryFolder } from "./command.js";
import { small, sweepWords, undisturbed } from "./sweeps.js";

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const write = (name: string, sweep: string) => writeFileSync(at(name), small(sweep));
beforeAll(async () => {
  await undisturbed(folder);
});

/** Runs a command that must end well and print JSON. */
async function json<T>(words: readonly string[]): Promise<T> {
  const ended = await meanfield(words, folder);
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  return JSON.parse(ended.stdout) as T;
}

describe("refusals", () => {
  const refused = async (words: readonly string[], says: RegExp) => {
    const { code, stdout, stderr } = await meanfield(words, folder);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
    expect(stdout).toBe("");
  };

  test.each<[string, string, RegExp]>([
    ["no sweep", "", /bad\.yaml:\d+:\d+: sweep: a sweep needs at least one path/],
    ["an unknown path", "  model.attention.softmax.betta: [1]\n", /bad\.yaml:8:3: softmax: "betta".*"beta"\?/],
    [
      "a billion cells",
      "  solve.seed: { range: [0, 1e9], count: 1000000000 }\n",
      /at most 1000000 cells, got 1000000000 /,
    ],
    ["a contradiction", "  seeds: 3\n  where: seed > 3\n", /bad\.yaml:9:10: sweep: at least one cell must meet/],
  ])("%s: with line and column, nothing written", async (_, sweep, says) => {
    write("bad.yaml", sweep);
    await refused(["sweep", "bad.yaml", "--out", "bad"], says);
    expect(existsSync(at("bad"))).toBe(false);
  });

  test("aliases that multiply each other", async () => {
    const layers = ["a", "b", "c", "d", "e", "f", "g"];
    const bomb = layers.map((name, k) => {
      const inside =
        k === 0
          ? "lol"
          : Array(9)
              .fill(`*${layers[k - 1]}`)
              .join(", ");
      return `${name}: &${name} [${inside}]\n`;
    });
    writeFileSync(at("bomb.yaml"), bomb.join(""));
    for (const command of ["sweep", "run"])
      await refused(
        [command, "bomb.yaml"],
        /^bomb\.yaml:1:1: aliases may not multiply each other, got Excessive alias/,
      );
  });

  test("another sweep's directory, a newer store, and what is no sweep", async () => {
    await refused(
      sweepWords("whole", "--set", "initial.gaussian.n=25"),
      /must be free for sweep .*, got another sweep/,
    );
    mkdirSync(at("newer"));
    const manifest = readFileSync(at("whole", "sweep.json"), "utf8");
    writeFileSync(at("newer", "sweep.json"), manifest.replace('"store": 1', '"store": 2'));
    await refused(["status", "newer"], /must have store format 1, got 2\. Read it with the version/);
    await refused(["retry", "newer"], /must have store format 1, got 2/);
    await refused(["status", "."], /must be the directory of a sweep, got no sweep\.json/);
    await refused(["verify-store", "nowhere"], /must hold a run, a sweep/);
    mkdirSync(at("older"));
    writeFileSync(
      at("older", "sweep.json"),
      manifest
        .replace(/"@meanfield\/core": "[^"]*"/, '"@meanfield/core": "0.0.1"')
        .replace(/"base": "\w+"/, '"base": "0123456789abcdef"'),
    );
    await refused(["retry", "older"], /computed by one version of Meanfield \(@meanfield\/core 0\.0\.1/);
  });

  test("a column that no cell has is a slip, not a sweep that never refines", async () => {
    write(
      "slip.yaml",
      '  solve.span.1: { range: [1, 2], count: 2 }\n  stop: { along: solve.span.1, when: "particles.trcae > 1" }\n',
    );
    await refused(["sweep", "slip.yaml", "--out", "slip", "--quiet"], /no cell has a column "particles.trcae"/);
  });
});

describe("answers", () => {
  test("have the keys that docs/sweeps.md names, in its order", async () => {
    const page = readFileSync(new URL("../../../docs/sweeps.md", import.meta.url), "utf8");
    const named = (command: string) => {
      const line = page.split("\n").find((one) => one.startsWith(`| ${command} | \`{`));
      const answer = /`\{ (.*?) \}`/.exec(line!)![1]!.replace(/\[\{.*?\}\]|: \{[^{}]*\}/g, "");
      return answer.split(", ").map((key) => key.replace(/[?:].*$/, ""));
    };
    const keys = async (words: readonly string[]) => Object.keys(await json<object>(words));
    expect(await keys(sweepWords("whole", "--json", "--quiet"))).toEqual(named("`sweep`, `retry`"));
    expect(await keys(sweepWords("whole", "--json", "--plan"))).toEqual(named("`sweep --plan`"));
    expect(await keys(["status", "whole", "--failures", "--json"])).toEqual(
      named("`status`").filter((key) => key !== "regimes"),
    );
    expect(await keys(["run-chunk", "whole", "0"])).toEqual(named("`run-chunk`"));
    expect(await keys(["verify-store", "whole", "--json"])).toEqual(named("`verify-store`"));
  });
});

describe("--plan", () => {
  test("shows the cells and a cost, and writes nothing", async () => {
    const { code, stdout, stderr } = await meanfield(sweepWords("planned", "--plan"), folder);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/120 cells, in 60 chunks of up to 2; measured: levels\nabout .* a cell \(5 looked at/);
    const plan = await json<{ cells: number; list: unknown[]; estimate: { secondsPerCell: number } }>(
      sweepWords("planned", "--plan", "--json"),
    );
    expect(plan.list).toHaveLength(120);
    expect(plan.list[5]).toEqual({ "model.attention.softmax.beta": 0.1 + 2.9 / 29, seed: 2 });
    expect(plan.estimate.secondsPerCell).toBeGreaterThan(0);
    expect(existsSync(at("planned"))).toBe(false);
  });
});
