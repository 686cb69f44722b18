import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { bench } from "./bench.js";

const folder = mkdtempSync(join(tmpdir(), "meanfield-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const script = fileURLToPath(new URL("../../test/helpers/interpreter.mjs", import.meta.url));
const pidFile = (manner: string) => join(folder, `${manner}.pid`);

/** An interpreter of a manner (test/helpers/interpreter.mjs), in front of it a shell as version managers have. */
function interpreter(manner: string): string {
  const file = join(folder, manner);
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${script}' ${manner} '${pidFile(manner)}'\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Resolves once the interpreter has ended; the test's own time limit is what fails. */
async function ended(manner: string): Promise<void> {
  const pid = Number(readFileSync(pidFile(manner), "utf8"));
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Long enough for an interpreter to start on a busy machine. */
const limitMs = 4000;

let ticks = 0;
const clocks = { now: () => ticks++, processor: () => 0.5 * ticks };
/** Two groups of two requests (f64, f32), two rounds each. */
const request = { backends: ["wasm"], n: [16], d: [2, 3] } as const;
const measured = (manner: string, more = {}) =>
  bench(request, { repeats: 2, processors: 2, clocks, python: interpreter(manner), ...more });

describe("peers", () => {
  test("what an interpreter prints besides the answers is skipped", async () => {
    const { peers, notices, ratios } = await measured("noisy");
    expect(notices).toEqual([]);
    expect(peers).toMatchObject({ python: "3.0", numpy: "9.9", blas: null });
    expect(peers!.rows.map(({ precision, d }) => `${precision} ${d}`)).toEqual(["f64 2", "f32 2", "f64 3", "f32 3"]);
    for (const { nsPerPair, cpuNsPerPair } of peers!.rows) expect([nsPerPair.median, cpuNsPerPair.min]).toEqual([2, 1]);
    expect(ratios).toHaveLength(4);
    await ended("noisy");
  });

  test.each([
    ["dying", /: MemoryError: killed$/],
    ["rubbish", /: it answered no JSON: 4.2 seconds$/],
    ["wrong", /: it answered no times: {"ns":-1,"cpuNs":"soon"}$/],
    ["hanging", /: no answer within 4 s$/],
  ])("a peer that is %s is left out with one notice, and the measurement goes on", async (manner, says) => {
    const limit = manner === "hanging" ? { peerLimitMs: limitMs } : {};
    const { rows, peers, notices, ratios } = await measured(manner, limit);
    expect(notices).toEqual([expect.stringMatching(says)]);
    expect(notices[0]).toMatch(/^The peers are left out from softmax, n = 16, d = 2 on: /);
    // It fails in the second round of the first group, whose times it thereby loses.
    expect(rows).toHaveLength(4);
    expect([peers!.rows, ratios]).toEqual([[], []]);
    await ended(manner);
  });

  test("one that never says what it is ends after the limit", async () => {
    const { rows, peers, notices } = await measured("silent", { peerLimitMs: limitMs });
    expect(rows).toHaveLength(4);
    expect(peers).toBeUndefined();
    expect(notices).toEqual([
      expect.stringMatching(/^No peers: .*silent with NumPy is not there \(no answer within 4 s\)$/),
    ]);
    await ended("silent");
  });

  test.each(["hanging", "silent"])("while one is %s a caller ends the measurement, and it with it", async (manner) => {
    rmSync(pidFile(manner), { force: true });
    const stop = new Error("stop");
    // As an interrupt that comes while the peer is waited for: it is there from the first word on.
    const check = () => {
      if (existsSync(pidFile(manner)) && readFileSync(pidFile(manner), "utf8") !== "") throw stop;
    };
    await expect(measured(manner, { check })).rejects.toBe(stop);
    await ended(manner);
  });
});
