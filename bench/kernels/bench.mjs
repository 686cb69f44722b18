/**
 * The WebAssembly kernels next to their roofline and to NumPy on one thread, sample by sample in turns: medians.
 * Run: npm run build && node bench/kernels/bench.mjs [--repeats 9] [--n 4096] [--quick]
 * JSON lines go to stdout, the table to stderr. PYTHON names another interpreter; without NumPy its column is empty.
 */
import { spawn } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import {
  ensembleCase,
  measure,
  normalsCase,
  openRoofline,
  productCase,
  softmaxCase,
} from "../../packages/kernels/dist/bench/index.js";
import { openWasm } from "../../packages/kernels/dist/wasm/index.js";

const options = {
  repeats: { type: "string", default: "9" },
  n: { type: "string", default: "4096" },
  quick: { type: "boolean", default: false },
};
const { values } = parseArgs({ options });
const repeats = Number(values.repeats);
const size = Number(values.n);
const now = () => performance.now();
const dimensions = values.quick ? [3, 64] : [2, 3, 16, 64, 128];

/** Asks NumPy for one sample; undefined where there is no NumPy. */
async function startPeer() {
  const python = process.env.PYTHON ?? "/usr/bin/python3";
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1" };
  const child = spawn(python, [join(import.meta.dirname, "peer.py")], { stdio: ["pipe", "pipe", "ignore"], env });
  child.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) return undefined;
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return JSON.parse((await lines.next()).value).ns;
  };
  return { version: JSON.parse(first.value).version, ask, end: () => child.stdin.end() };
}

const peer = await startPeer();
const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} processors, Node ${process.version}`;
console.log(
  JSON.stringify({ bench: "kernels", machine, numpy: peer?.version, repeats, command: "bench/kernels/bench.mjs" }),
);
console.error(`${machine}; NumPy ${peer?.version ?? "absent"}; medians of ${repeats} interleaved samples`);
console.error("kernel     precision      n    d  threads   ns/pair   (least)  roofline  NumPy/ours");

/** Measures cases in turns, with NumPy's `numpy` where it is asked for, and prints a line for each. */
async function report(cases, { roofline, numpy } = {}) {
  const asked = numpy !== undefined && peer !== undefined;
  const found = await measure(cases, { repeats, now, roofline, ...(asked ? { peer: () => peer.ask(numpy) } : {}) });
  for (const row of found.rows) {
    const ratio = found.peer === undefined ? undefined : found.peer.median / row.nsPerPair.median;
    console.log(JSON.stringify({ ...row, numpy: found.peer, ratio }));
    const { median, min } = row.nsPerPair;
    const fraction = row.rooflineFraction === undefined ? "" : `${(100 * row.rooflineFraction).toFixed(0)} %`;
    const columns = [String(row.n).padStart(6), String(row.d).padStart(4), String(row.threads).padStart(8)];
    const times = [median.toFixed(3).padStart(9), `(${min.toFixed(3)})`.padStart(9), fraction.padStart(9)];
    console.error(
      `${row.kernel.padEnd(10)} ${row.precision}   ${columns.join(" ")} ${times.join(" ")}  ${ratio?.toFixed(2) ?? ""}`,
    );
  }
}

for (const precision of ["f32", "f64"]) {
  const roofline = await openRoofline(precision, now);
  const [one, two] = [await openWasm({ precision }), await openWasm({ precision, threads: 2 })];
  for (const d of dimensions) {
    await report([softmaxCase(one, size, d)], { roofline, numpy: { kernel: "softmax", n: size, d } });
  }
  for (const n of [256, 1024, 16_384].slice(0, values.quick ? 2 : 3))
    await report([softmaxCase(one, n, 3)], { roofline });
  // One thread and two, a large system and an ensemble of small ones: in turns, because only their ratio means anything.
  for (const d of [3, 16]) {
    await report([softmaxCase(one, size, d), softmaxCase(two, size, d)], { roofline });
    await report([softmaxCase(one, size, d), ensembleCase(one, 256, 32, d)], { roofline });
  }
  two.close();
}
const backend = await openWasm();
for (const d of [64, 256]) await report([productCase(backend, d)], { numpy: { kernel: "product", n: d, d } });
await report([normalsCase(backend, 100_000)], { numpy: { kernel: "normals", n: 100_000, d: 1 } });
peer?.end();
