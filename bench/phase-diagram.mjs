/**
 * The (t, β) diagram of the sphere, examples/sphere-phase-diagram, as the command computes and stores it, and by the loops
 * one would write in PyTorch: whole processes in turns, and whether they find the same shares.
 *
 *   npm run build && node bench/phase-diagram.mjs [--repeats 5] [--python PYTHON] [--wait active | passive] [--out FILE.json]
 *
 * Threads of PyTorch that have nothing to do spin (`--wait active`, what it does by itself), which on a machine with other
 * work costs them many times what they compute; with `--wait passive` they sleep.
 * Seconds by the clock and, on Linux, processor seconds of the process and its workers. Without PyTorch in the interpreter
 * (else $PYTHON) its row is left out. JSON goes to stdout.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nodeStoreIo } from "../packages/cli/dist/files/node-store-io.js";
import { timingOf } from "../packages/kernels/dist/bench/index.js";
import { openBackends } from "../packages/kernels/dist/open/index.js";
import { readCells } from "../packages/results/dist/index.js";
import { clocks, load, machine, python } from "./shared/machine.mjs";

const options = {
  repeats: { type: "string", default: "5" },
  python: { type: "string" },
  wait: { type: "string", default: "active" },
  out: { type: "string" },
};
const { values } = parseArgs({ options });
const repeats = Number(values.repeats);
const interpreter = values.python ?? python();
const folder = mkdtempSync(join(tmpdir(), "meanfield-bench-"));
const root = join(import.meta.dirname, "..");
const command = join(root, "packages/cli/bin/meanfield.js");
const file = join(root, "examples/sphere-phase-diagram/sweep.yaml");
const peer = join(root, "bench/peers/phase_diagram_torch.py");

/** Processor seconds of all processes that this one has waited for, with theirs; nothing where the system does not say. */
function childrenSeconds() {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return undefined;
  }
}

/** Runs a process to its end. */
function timed(name, arguments_, environment = {}) {
  const [start, spent] = [clocks.now(), childrenSeconds()];
  const settings = { encoding: "utf8", maxBuffer: 2 ** 28, env: { ...process.env, ...environment } };
  const { status, stdout, stderr } = spawnSync(name, arguments_, settings);
  const seconds = (clocks.now() - start) / 1000;
  if (status !== 0) throw new Error(`${name} ${arguments_.join(" ")} ended with ${status}: ${stderr}`);
  const cpuSeconds = spent === undefined ? undefined : childrenSeconds() - spent;
  return { seconds, cpuSeconds, stdout };
}

let sweeps = 0;
/** The sweep into a new directory. */
function sweep(settings) {
  const out = join(folder, `phase-${sweeps++}`);
  const sets = settings.flatMap((one) => ["--set", one]);
  return { ...timed(process.execPath, [command, "sweep", file, "--out", out, "--quiet", ...sets]), out };
}

const torch = () => {
  const waiting = values.wait === "passive" ? { OMP_WAIT_POLICY: "passive" } : {};
  const { seconds, cpuSeconds, stdout } = timed(interpreter, [peer, String(availableParallelism())], waiting);
  const told = JSON.parse(stdout);
  return { seconds, cpuSeconds, inside: told.seconds, torch: told.torch, fractions: told.fractions };
};

/** How far the shares of two diagrams are apart, against what the standard errors of both let one expect. */
async function agreement(out, fractions) {
  const rows = await readCells(nodeStoreIo(), out);
  let [found, expected, count] = [0, 0, 0];
  rows.forEach(({ columns }, k) => {
    fractions[k].forEach((share, step) => {
      // Records are at the doubles nearest to the multiples of .3.
      const at = Object.keys(columns).find((name) => {
        const [series, t] = name.split("@");
        return series === "layers.overlap-fraction.mean" && Math.abs(Number(t) - 0.3 * step) < 1e-9;
      });
      const se = columns[at.replace(".mean@", ".se@")];
      found += (columns[at] - share) ** 2;
      expected += 2 * se ** 2;
      count++;
    });
  });
  return { cells: count, rms: Math.sqrt(found / count), expected: Math.sqrt(expected / count) };
}

const [first] = await openBackends({});
const works = {
  [`${first.name}-f64`]: () => sweep([]),
  [`${first.name}-f32`]: () => sweep(["backend.precision=f32"]),
  ...(first.name === "wasm" ? {} : { "wasm-f64": () => sweep(["backend.name=wasm"]) }),
  ...(spawnSync(interpreter, ["-c", "import torch, numpy"]).status === 0 ? { "torch-f32": torch } : {}),
};
const before = load();
try {
  const samples = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round < repeats; round++) {
    for (const [name, work] of Object.entries(works)) {
      console.error(`round ${round + 1} of ${repeats}: ${name}, load ${load().toFixed(2)}`);
      samples[name].push(work());
    }
  }
  const rows = Object.entries(samples).map(([name, runs]) => ({
    name,
    seconds: timingOf(runs.map(({ seconds }) => seconds)),
    ...(runs[0].cpuSeconds === undefined ? {} : { cpuSeconds: timingOf(runs.map(({ cpuSeconds }) => cpuSeconds)) }),
    ...(runs[0].inside === undefined
      ? {}
      : { inside: timingOf(runs.map(({ inside }) => inside)), torch: runs[0].torch }),
  }));
  const told = samples["torch-f32"]?.[0];
  const own = Object.entries(samples).filter(([name]) => name !== "torch-f32");
  const agree = await Promise.all(
    told === undefined
      ? []
      : own.map(async ([name, [run]]) => ({ name, ...(await agreement(run.out, told.fractions)) })),
  );
  const asked = `node bench/phase-diagram.mjs --repeats ${repeats}${values.wait === "passive" ? " --wait passive" : ""}`;
  const report = { machine: machine(), command: asked, load: [before, load()], repeats, rows, agreement: agree };
  console.log(JSON.stringify(report));
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
