/**
 * One certified velocity evaluation by fast sums: the bars on S¹ and S², 10⁷ tokens on S¹, and from which n a fast sum
 * beats the direct one.
 *
 *   npm run build && node bench/fast-sums.mjs [--repeats 5] [--quick] [--out FILE.json]
 *
 * Softmax, Q = K = V = I, uniform tokens, seed 1, accuracy 1e-10, one thread. Medians of the repeats after one warm-up, by
 * the clock and of processor time; crossovers from interleaved runs. JSON goes to stdout, a line for each row to stderr.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createReferenceBackend } from "../packages/core/dist/foundation/backend/index.js";
import { stream } from "../packages/core/dist/foundation/random/index.js";
import { ratioOf, softmaxKernel, timingOf } from "../packages/kernels/dist/bench/index.js";
import { withFastSums } from "../packages/kernels/dist/fast-sums/index.js";
import { load, machine, seconds } from "./shared/machine.mjs";

const { values } = parseArgs({
  options: {
    repeats: { type: "string", default: "5" },
    quick: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const repeats = Number(values.repeats);
const accuracy = 1e-10;
const dense = { dense: true, logWeight: () => 0, decay: 0 };

function problem(n, d, beta, flat = false) {
  const points = new Float64Array(n * d);
  stream({ seed: 1, purpose: "bench" }).fillNormal(points);
  for (let i = 0; i < n * d && !flat; i += d) {
    const norm = Math.hypot(...points.subarray(i, i + d));
    for (let a = 0; a < d; a++) points[i + a] /= norm;
  }
  const kernel = { ...softmaxKernel(d) };
  kernel.heads = [{ ...kernel.heads[0], beta }];
  const source = { m: n, d, points, weights: new Float64Array(n).fill(1 / n) };
  return { kernel, source, field: new Float64Array(n * d) };
}

const evaluate = (backend, { kernel, source, field }) =>
  seconds(() => backend.field(kernel, source, source, dense, { field }));

const rows = [];
const crossovers = [];

function timed(name, n, d, beta, { count = repeats, flat = false, bar } = {}) {
  const backend = withFastSums(createReferenceBackend(), { accuracy });
  const task = problem(n, d, beta, flat);
  evaluate(backend, task);
  const samples = Array.from({ length: count }, () => evaluate(backend, task));
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  const [report] = backend.activity().summation;
  const time = timingOf(samples.map((one) => one.seconds));
  const cpu = timingOf(samples.map((one) => one.cpuSeconds));
  const row = { name, n, d, beta, accuracy, ...report, repeats: count, seconds: time, cpuSeconds: cpu, megabytes };
  rows.push(bar === undefined ? row : { ...row, bar, met: cpu.median <= bar });
  console.error(JSON.stringify(rows.at(-1)));
}

/** The least n, doubling from 64, from which `method` is faster than the direct sum. */
function crossover(method, d, beta, flat = false) {
  const direct = createReferenceBackend();
  for (let n = 64; n <= 16384; n *= 2) {
    const fast = withFastSums(direct, { accuracy, method });
    const task = problem(n, d, beta, flat);
    // Of few tokens many fields make a sample, after as many as the engine takes to compile them.
    const calls = Math.ceil(2 ** 20 / (n * n));
    const sample = (backend) => {
      let cpuSeconds = 0;
      for (let k = 0; k < calls; k++) cpuSeconds += evaluate(backend, task).cpuSeconds;
      return cpuSeconds;
    };
    const pairs = Array.from({ length: repeats + 2 }, () => [sample(fast), sample(direct)]).slice(2);
    const of = (k) => pairs.map((pair) => pair[k]);
    const ratio = ratioOf(of(0), of(1));
    if (ratio.median < 1) return { n, ratio, fallBacks: fast.activity().summation[0].fallBacks };
  }
  return { n: "above 16384" };
}

const before = load();
timed("circle", 1e6, 2, 10, { bar: 0.3 });
timed("sphere", 1e6, 3, 10, { bar: 4 });
if (!values.quick) {
  timed("circle", 1e7, 2, 10, { count: 1 });
  timed("circle, sharp", 1e6, 2, 1000);
  timed("plane, Gaussian tokens", 1e5, 2, 1, { flat: true });
  timed("S⁷, sharp", 2e4, 8, 100, { count: 1 });
  for (const [method, d, beta, flat] of [
    ["fourier", 2, 1],
    ["fourier", 2, 10],
    ["fourier", 2, 100],
    ["fourier", 2, 1000],
    ["harmonics", 3, 1],
    ["harmonics", 3, 10],
    ["exponential-grid", 1, 1, true],
    ["exponential-grid", 2, 1, true],
    ["pruned", 3, 100],
    ["pruned", 3, 1000],
    ["pruned", 8, 100],
  ]) {
    crossovers.push({ method, d, beta, ...(flat ? { flat } : {}), ...crossover(method, d, beta, flat) });
    console.error(JSON.stringify(crossovers.at(-1)));
  }
}

const command = `node bench/fast-sums.mjs --repeats ${repeats}${values.quick ? " --quick" : ""}`;
const report = { machine: machine(), command, load: [before, load()], seed: 1, repeats, rows, crossovers };
console.log(JSON.stringify(report));
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
