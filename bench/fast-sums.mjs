/**
 * One certified velocity evaluation by fast sums: the bars on S¹ and S², 10⁷ tokens on S¹, and from which n a fast sum
 * beats the direct one.
 *
 *   node bench/fast-sums.mjs [--repeats 5] [--quick]
 *
 * Softmax, Q = K = V = I, uniform tokens, seed 1, accuracy 1e-10, one thread. Medians and least of the repeats after one
 * warm-up; crossovers from interleaved runs. JSON lines go to stdout. Needs `npm run build`.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { createReferenceBackend } from "../packages/core/dist/foundation/backend/index.js";
import { stream } from "../packages/core/dist/foundation/random/index.js";
import { withFastSums } from "../packages/kernels/dist/fast-sums/index.js";

const { values } = parseArgs({
  options: { repeats: { type: "string", default: "5" }, quick: { type: "boolean", default: false } },
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
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  const heads = [{ beta, queryKey: identity, value: identity }];
  const kernel = { weight: "exponential", normalisation: "partition", heads };
  const source = { m: n, d, points, weights: new Float64Array(n).fill(1 / n) };
  return { kernel, source, field: new Float64Array(n * d) };
}

/** Seconds of this process's processor time: what a busy machine leaves of a comparison with the bars. */
const processor = () => process.cpuUsage().user / 1e6;

function seconds(backend, { kernel, source, field }) {
  const start = performance.now();
  backend.field(kernel, source, source, dense, { field });
  return (performance.now() - start) / 1000;
}

const sorted = (times) => times.sort((a, b) => a - b);
const median = (times) => sorted(times)[times.length >> 1];

function timed(name, n, d, beta, { count = repeats, flat = false, bar } = {}) {
  const backend = withFastSums(createReferenceBackend(), { accuracy });
  const task = problem(n, d, beta, flat);
  seconds(backend, task);
  const start = processor();
  const times = Array.from({ length: count }, () => seconds(backend, task));
  const processorMean = (processor() - start) / count;
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  const [report] = backend.activity().summation;
  const row = {
    name,
    n,
    d,
    beta,
    accuracy,
    ...report,
    median: median(times),
    least: times[0],
    processorMean,
    megabytes,
  };
  console.log(JSON.stringify({ ...row, ...(bar === undefined ? {} : { bar, met: row.median <= bar }) }));
}

/** The least n, doubling from 64, from which `method` is faster than the direct sum. */
function crossover(method, d, beta, flat = false) {
  const direct = createReferenceBackend();
  for (let n = 64; n <= 16384; n *= 2) {
    const fast = withFastSums(direct, { accuracy, method });
    const task = problem(n, d, beta, flat);
    const ratios = Array.from({ length: repeats + 1 }, () => seconds(fast, task) / seconds(direct, task)).slice(1);
    const ratio = median(ratios);
    if (ratio < 1) return { n, ratio, fallBacks: fast.activity().summation[0].fallBacks };
  }
  return { n: "above 16384" };
}

console.log(
  JSON.stringify({
    bench: "fast-sums",
    machine: `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}`,
    command: "node bench/fast-sums.mjs",
    repeats,
  }),
);
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
    console.log(JSON.stringify({ name: "crossover", method, d, beta, ...crossover(method, d, beta, flat) }));
  }
}
