import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../../../test/needs.js";
import { bin, meanfield, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const numpy = needs("numpy");
const small = ["--backend", "wasm", "reference", "--n", "64", "--d", "3", "--repeats", "2"];

describe("bench", () => {
  test("--json answers with the keys of format.md, and nothing else is on stdout", async () => {
    const { code, stdout } = await meanfield(
      ["bench", ...small, "--threads", "1", "2", "--no-peers", "--json"],
      folder,
    );
    expect(code).toBe(0);
    expect(stdout.indexOf("\n")).toBe(stdout.length - 1);
    const answer = JSON.parse(stdout);
    expect(answer.command).toBe(`meanfield bench ${small.slice(0, 7).join(" ")} --threads 1 2 --repeats 2 --no-peers`);
    expect(Object.keys(answer.machine)).toEqual(["platform", "arch", "cpu", "cores", "node", "load"]);
    expect(answer.rows.map((row: { backend: string; precision: string; threads: number }) => row)).toHaveLength(5);
    for (const row of answer.rows) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining([
          "kernel",
          "backend",
          "precision",
          "n",
          "d",
          "threads",
          "nsPerPair",
          "rooflineFraction",
        ]),
      );
      expect([row.kernel, row.n, row.d]).toEqual(["softmax", 64, 3]);
      expect(0 < row.nsPerPair.min && row.nsPerPair.min <= row.nsPerPair.median).toBe(true);
      expect(row.rooflineFraction).toBeGreaterThan(0);
    }
    expect(answer.ratios.map(({ over }: { over: string }) => over).sort()).toEqual([
      "one thread",
      "one thread",
      "reference",
      "reference",
    ]);
    expect(answer.peers).toBeUndefined();
  });

  test("--out writes the answer and the figure; a Python that is not there is told on stderr", async () => {
    const words = ["bench", "--backend", "wasm", "--n", "64", "--d", "3", "8", "--repeats", "2"];
    const { code, stdout, stderr } = await meanfield([...words, "--python", "no-python", "--out", "out"], folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/No peers: no-python with NumPy is not there/);
    expect(stdout).toMatch(/roofline of one core, wasm f64: /);
    expect(stdout).toMatch(/\nsoftmax {2}wasm {5}f64 +64 +8 +1 /);
    expect(readdirSync(join(folder, "out/figures")).sort()).toEqual(
      ["pdf", "png", "svg"].map((kind) => `bench-kernels.${kind}`),
    );
    const answer = JSON.parse(readFileSync(join(folder, "out/bench.json"), "utf8"));
    expect(answer.rows).toHaveLength(4);
  });

  test.each([
    ["under a file", "file/out", /lie in a directory, not under a file/],
    ["a file itself", "file", /must be a directory, not a file/],
    ["with a directory in a file's place", "taken", /taken\/bench.json: must be a file, got a directory/],
  ])("an --out that is %s is refused before anything is measured, and left as it is", async (_what, out, says) => {
    writeFileSync(join(folder, "file"), "mine");
    mkdirSync(join(folder, "taken/bench.json"), { recursive: true });
    // Minutes of work, beyond a test's time.
    const words = ["bench", "--backend", "reference", "--n", "8192", "--d", "64", "--no-peers", "--out", out];
    const { code, stdout, stderr } = await meanfield(words, folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("mine");
    expect(readdirSync(join(folder, "taken"))).toEqual(["bench.json"]);
  });

  test("an interrupt ends it with 130 and leaves nothing", async () => {
    // Minutes of work, beyond a test's time.
    const words = ["bench", "--backend", "reference", "--n", "8192", "--d", "64", "--no-peers", "--out", "stopped"];
    const ended = await new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [bin, ...words], { cwd: folder });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (bytes) => {
        stdout += String(bytes);
      });
      child.stderr.on("data", (bytes) => {
        if (stderr === "") child.kill("SIGINT");
        stderr += String(bytes);
      });
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
    expect([ended.code, ended.stdout]).toEqual([130, ""]);
    expect(ended.stderr).toMatch(/interrupted; nothing was written\n$/);
    expect(readdirSync(folder)).not.toContain("stopped");
  });

  test("a measurement that can no longer be written is printed, and its directory keeps nothing half-written", async () => {
    // Called for progress once --out is taken: the disk is full, or as here the folder gone, after that.
    const words = ["bench", ...small, "--no-peers", "--out", "gone/out", "--json"];
    const ended = await new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [bin, ...words], { cwd: folder });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (bytes) => {
        stdout += String(bytes);
      });
      child.stderr.on("data", (bytes) => {
        if (stderr === "") rmSync(join(folder, "gone"), { recursive: true });
        stderr += String(bytes);
      });
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.stdout).rows).toHaveLength(3);
    expect(ended.stderr).toMatch(/must lie where directories can be made/);
    expect(existsSync(join(folder, "gone"))).toBe(false);
  });
});

numpy.suite("bench beside NumPy", () => {
  test("NumPy takes its turns where the interpreter has it", async () => {
    const { stdout } = await meanfield(["bench", ...small, "--python", numpy.command(), "--json"], folder);
    const { peers, ratios } = JSON.parse(stdout);
    expect(peers.numpy).toMatch(/^\d+\.\d+/);
    expect(peers.rows.map(({ peer, precision }: Record<string, string>) => `${peer} ${precision}`)).toEqual(
      expect.arrayContaining(["numpy f64", "numpy f32"]),
    );
    const compared = ratios.filter(({ over }: { over: string }) => over === "numpy");
    expect(compared).toHaveLength(3);
    for (const { ratio } of compared) expect(ratio.low <= ratio.median && ratio.median <= ratio.high).toBe(true);
  });
});
