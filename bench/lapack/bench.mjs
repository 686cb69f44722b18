/**
 * Times of openLapack() next to NumPy on the same library, sample by sample in turns: medians, spread and ratios.
 * Run: npm run build && node bench/lapack/bench.mjs [d …]
 * JSON lines go to stdout, the table to stderr. PYTHON names another interpreter; OPENBLAS_NUM_THREADS and
 * OPENBLAS_CORETYPE count for both sides.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { matMulNT } from "../../packages/core/dist/foundation/linear-algebra/index.js";
import { stream } from "../../packages/core/dist/foundation/random/index.js";
import { openLapack } from "../../packages/kernels/dist/lapack/index.js";

const repeats = 15;
/** A sample lasts at least about this long. */
const sampleMs = 5;
const seed = 20240607;

const operations = {
  matMul: (of, { d, general, spd, out }) => of.matMul(general, spd, d, d, d, out),
  cholesky: (of, { d, spd }) => of.cholesky(spd, d),
  solveLinear: (of, { d, general, spd }) => of.solveLinear(general, spd.subarray(0, d), d, 1),
  qr: (of, { d, general }) => of.qr(general, d, d),
  symmetricEigen: (of, { d, spd }) => of.symmetricEigen(spd, d),
  svd: (of, { d, general }) => of.svd(general, d, d),
  eigenvalues: (of, { d, general }) => of.eigenvalues(general, d),
};

/** One thread, and the kernels for AVX-512 where the processor has it, unless the caller says otherwise. */
function setEnvironment() {
  process.env.OPENBLAS_NUM_THREADS ??= "1";
  const wide = existsSync("/proc/cpuinfo") && /\bavx512f\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  if (wide) process.env.OPENBLAS_CORETYPE ??= "SkylakeX";
}

/** A Gaussian matrix and a covariance with eigenvalues from 1. */
function matricesOf(d) {
  const general = new Float64Array(d * d);
  stream({ seed, purpose: "bench" }).fillNormal(general);
  const spd = new Float64Array(d * d);
  matMulNT(general, general, d, d, d, spd);
  for (let i = 0; i < d; i++) spd[i * d + i] += 1;
  return { d, general, spd, out: new Float64Array(d * d) };
}

/** A process that answers each request with one line, in order. */
async function startPeer() {
  const python = process.env.PYTHON ?? "/usr/bin/python3";
  const child = spawn(python, [join(import.meta.dirname, "peer.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended; does it import numpy?`);
    return JSON.parse(value);
  };
  const { version } = await answer();
  const ask = (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };
  return { version, ask, end: () => child.stdin.end() };
}

function timeOurs(run, count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return (performance.now() - start) / count;
}

function summary(samples) {
  const sorted = samples.toSorted((x, y) => x - y);
  const at = (q) => sorted[Math.round(q * (sorted.length - 1))];
  return { median: at(0.5), minimum: sorted[0], spread: (at(0.75) - at(0.25)) / at(0.5) };
}

async function compare(lapack, peer, operation, matrices) {
  const run = () => operations[operation](lapack, matrices);
  for (let i = 0; i < 3; i++) run();
  await peer.ask({ d: matrices.d, operation, count: 3 });
  const count = Math.max(1, Math.ceil(sampleMs / timeOurs(run, 3)));
  const [ours, theirs] = [[], []];
  for (let i = 0; i < repeats; i++) {
    ours.push(timeOurs(run, count));
    theirs.push((await peer.ask({ d: matrices.d, operation, count })).ms);
  }
  const [mine, numpy] = [summary(ours), summary(theirs)];
  return { d: matrices.d, operation, lapack: mine, numpy, ratio: mine.median / numpy.median };
}

setEnvironment();
const sizes = process.argv.slice(2).map(Number);
const lapack = await openLapack();
const peer = await startPeer();
const { OPENBLAS_NUM_THREADS: threads, OPENBLAS_CORETYPE: core = "" } = process.env;
const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.version}`;
const settings = `OPENBLAS_NUM_THREADS=${threads} OPENBLAS_CORETYPE=${core}`;
console.log(JSON.stringify({ machine, library: lapack.name, numpy: peer.version, settings, seed, repeats }));
console.error(`${machine}; ${lapack.name}; NumPy ${peer.version}; ${settings}; medians of ${repeats}, seed ${seed}`);
console.error("   d  operation        lapack ms (spread)   NumPy ms (spread)  ratio");
for (const d of sizes.length > 0 ? sizes : [64, 256, 512]) {
  const matrices = matricesOf(d);
  const text = (a) => Buffer.from(a.buffer).toString("base64");
  await peer.ask({ d, matrices: { general: text(matrices.general), spd: text(matrices.spd) } });
  for (const operation of Object.keys(operations)) {
    const row = await compare(lapack, peer, operation, matrices);
    console.log(JSON.stringify(row));
    const show = ({ median, spread }) =>
      `${median.toFixed(3).padStart(10)} (${(100 * spread).toFixed(0).padStart(3)} %)`;
    console.error(
      `${String(d).padStart(4)}  ${operation.padEnd(15)} ${show(row.lapack)}    ${show(row.numpy)}   ${row.ratio.toFixed(2)}`,
    );
  }
}
peer.end();
