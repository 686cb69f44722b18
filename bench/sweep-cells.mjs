/**
 * What a sweep of 100,000 cells costs before and beside the cells: planning it, and `status` in the middle of it.
 *
 *   npm run build && node bench/sweep-cells.mjs [--repeats 5] [--out FILE.json]
 *
 * The command's own code in this process, medians after one warm-up, by the clock and of processor time. The sweep is
 * stopped after its first chunks, so that status has rows to count. JSON goes to stdout.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nodeStoreIo } from "../packages/cli/dist/files/node-store-io.js";
import { planAnswer } from "../packages/cli/dist/sweep/plan-report.js";
import { prepareSweep } from "../packages/cli/dist/sweep/prepare.js";
import { openSweep } from "../packages/cli/dist/sweep/sweep-context.js";
import { sweepState } from "../packages/cli/dist/sweep/sweep-state.js";
import { timingOf } from "../packages/kernels/dist/bench/index.js";
import { clocks, load, machine } from "./shared/machine.mjs";

const { values } = parseArgs({ options: { repeats: { type: "string", default: "5" }, out: { type: "string" } } });
const repeats = Number(values.repeats);
const folder = mkdtempSync(join(tmpdir(), "meanfield-bench-"));
const [file, out] = [join(folder, "cells.yaml"), join(folder, "out")];
writeFileSync(
  file,
  `model: { attention: { softmax: { beta: 1 } } }
initial: { gaussian: { mean: [0], cov: [[1]], n: 4, seed: 1 } }
levels: { gaussian-moments: {} }
solve: { span: [0, 0.01] }
sweep:
  model.attention.softmax.beta: { range: [0.1, 0.2], count: 400 }
  initial.gaussian.seed: { range: [1, 250], count: 250 }
`,
);

/** Starts the sweep and interrupts it when the first chunk is there. */
function stopEarly() {
  const command = join(import.meta.dirname, "../packages/cli/bin/meanfield.js");
  const child = spawn(process.execPath, [command, "sweep", file, "--out", out, "--quiet"], { stdio: "ignore" });
  const chunks = join(out, "chunks");
  const watch = setInterval(() => {
    try {
      if (readdirSync(chunks).length > 0) child.kill("SIGINT");
    } catch {
      // Not there yet.
    }
  }, 50);
  return new Promise((resolve) => {
    child.on("close", () => {
      clearInterval(watch);
      resolve();
    });
  });
}

const works = {
  plan: async () => planAnswer(await prepareSweep(file, { out }), 1).cells,
  status: async () => (await sweepState(await openSweep(nodeStoreIo(), out))).cells,
};
const before = load();
try {
  await stopEarly();
  const rows = [];
  for (const [name, work] of Object.entries(works)) {
    const [wall, cpu] = [[], []];
    let cells = 0;
    for (let round = 0; round <= repeats; round++) {
      const [start, spent] = [clocks.now(), clocks.processor()];
      cells = await work();
      if (round === 0) continue;
      wall.push((clocks.now() - start) / 1000);
      cpu.push((clocks.processor() - spent) / 1000);
    }
    rows.push({ name, cells, seconds: timingOf(wall), cpuSeconds: timingOf(cpu) });
  }
  const command = `node bench/sweep-cells.mjs --repeats ${repeats}`;
  const report = { machine: machine(), command, load: [before, load()], repeats, rows };
  console.log(JSON.stringify(report));
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
