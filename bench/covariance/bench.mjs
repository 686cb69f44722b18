/**
 * The covariance of softmax attention to t = 1 at tolerance 1e-8: the level gaussian-moments with dop853 and the event
 * that watches for a blow-up, against SciPy's DOP853 with a NumPy right-hand side and no event, run by run in turns.
 * Run: npm run build && node bench/covariance/bench.mjs [repeats]
 *
 * d = 64, one head, with the own linear algebra, the backends' and, where it is there, the system's LAPACK; `--large` adds
 * d = 512 with 8 heads and LAPACK. JSON lines go to stdout: wall seconds and processor seconds (which other work on the
 * machine disturbs less), and their ratios. PYTHON names another interpreter. One thread on both sides, and OpenBLAS with
 * its kernels for AVX-512 where the processor has it.
 */
import { join } from "node:path";
import { experiment } from "../../packages/core/dist/experiment/index.js";
import { createReferenceBackend } from "../../packages/core/dist/foundation/backend/index.js";
import { stream } from "../../packages/core/dist/foundation/random/index.js";
import { dop853 } from "../../packages/core/dist/methods/dop853/index.js";
import { adaptive, solve } from "../../packages/core/dist/solve/index.js";
import { peerEnvironment, ratioOf, startPython, timingOf } from "../../packages/kernels/dist/bench/index.js";
import { openLapack } from "../../packages/kernels/dist/lapack/index.js";
import { openBackends } from "../../packages/kernels/dist/open/index.js";
import { load, machine, python } from "../shared/machine.mjs";

const [rtol, atol] = [1e-8, 1e-10];
Object.assign(process.env, peerEnvironment(1));

const repeats = Number(process.argv.slice(2).find((one) => !one.startsWith("--")) ?? 9);
const normals = (size, scale, purpose) => {
  const out = new Float64Array(size);
  stream({ seed: 1, purpose }).fillNormal(out);
  return out.map((value) => scale * value);
};
const rows = (data, d) => Array.from({ length: d }, (_, i) => Array.from(data.subarray(i * d, i * d + d)));

function problemOf(d, heads) {
  const scale = 0.5 / Math.sqrt(d);
  const A = normals(heads * d * d, scale / heads, "bench A");
  const V = normals(heads * d * d, scale * 2, "bench V");
  const W = normals(d * d, scale, "bench W");
  for (let i = 0; i < d; i++) W[i * d + i] -= 1;
  return { d, heads, A, V, W };
}

/** The moments level of an experiment, so that what is timed is what a user runs. */
function momentsOf({ d, heads, A, V, W }, linearAlgebra) {
  const part = (data, h) => rows(data.subarray(h * d * d, (h + 1) * d * d), d);
  const reference = createReferenceBackend();
  const backend = linearAlgebra ? { ...reference, name: linearAlgebra.name, linearAlgebra } : reference;
  const bound = experiment(
    {
      model: {
        attention: { softmax: { heads: Array.from({ length: heads }, (_, h) => ({ Q: part(A, h), V: part(V, h) })) } },
        feedforward: { affine: { W: rows(W, d) } },
      },
      initial: { gaussian: { mean: Array.from({ length: d }, () => 0), cov: "identity" } },
      levels: { "gaussian-moments": {} },
    },
    linearAlgebra ? { backends: [backend] } : {},
  );
  return bound.levels[0].level;
}

const base64 = (a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength).toString("base64");

const peer = await startPython(python(), join(import.meta.dirname, "peer.py"), { threads: 1, limitMs: 600_000 });
if (typeof peer === "string") throw new Error(`${python()} with SciPy is needed: ${peer}`);
const { ask } = peer;

function runOwn({ problem, events }) {
  const options = { span: [0, 1], steps: adaptive({ rtol, atol }), events };
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { yEnd, stats, outcome } = solve(problem, dop853.bind({}), options);
  if (outcome.status !== "completed") throw new Error(`the run ${outcome.status}`);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, processor: (user + system) / 1e6, evaluations: stats.evaluations, yEnd };
}

async function compare(problem, name, linearAlgebra, count) {
  const { d, heads, A, V, W } = problem;
  const moments = momentsOf(problem, linearAlgebra);
  await ask({ setup: { d, heads, A: base64(A), V: base64(V), W: base64(W) } });
  const runs = [];
  let difference = 0;
  for (let k = 0; k <= count; k++) {
    const own = runOwn(moments);
    const other = await ask({ rtol, atol });
    if (k > 0) {
      runs.push({ own, other });
      continue;
    }
    const end = new Float64Array(new Uint8Array(Buffer.from(other.end, "base64")).buffer);
    end.forEach((value, i) => {
      difference = Math.max(difference, Math.abs(value - own.yEnd[d + i]));
    });
  }
  const of = (kind) => ({
    own: timingOf(runs.map(({ own }) => own[kind])),
    scipy: timingOf(runs.map(({ other }) => other[kind])),
    ratio: ratioOf(
      runs.map(({ own }) => own[kind]),
      runs.map(({ other }) => other[kind]),
    ),
  });
  const evaluations = [runs[0].own.evaluations, runs[0].other.evaluations];
  const row = { d, heads, linearAlgebra: name, seconds: of("seconds"), processor: of("processor") };
  console.log(JSON.stringify({ ...row, evaluations, difference, repeats: count }));
}

const lapack = await openLapack().catch(() => undefined);
const command = `node bench/covariance/bench.mjs ${process.argv.slice(2).join(" ")}`.trim();
const { version: scipy } = peer.first;
console.log(JSON.stringify({ machine: machine(), command, load: load(), scipy, lapack: lapack?.name }));
const small = problemOf(64, 1);
await compare(small, "own", undefined, repeats);
for (const name of ["native", "wasm"]) {
  const [backend] = await openBackends({ name }).catch(() => []);
  if (backend?.linearAlgebra && backend.name === name) await compare(small, name, backend.linearAlgebra, repeats);
}
if (lapack) await compare(small, lapack.name, lapack, repeats);
if (lapack && process.argv.includes("--large")) await compare(problemOf(512, 8), lapack.name, lapack, 2);
peer.close();
