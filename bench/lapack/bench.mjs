/**
 * Times of openLapack() next to NumPy on the same library, sample by sample in turns: medians, spread and ratios.
 * Run: npm run build && node bench/lapack/bench.mjs [d …]
 * JSON lines go to stdout, the table to stderr. PYTHON names another interpreter. One thread on both sides, and OpenBLAS
 * with its kernels for AVX-512 where the processor has it.
 */
import { join } from "node:path";
import { matMulNT } from "../../packages/core/dist/foundation/linear-algebra/index.js";
import { stream } from "../../packages/core/dist/foundation/random/index.js";
import { peerEnvironment, ratioOf, startPython, timingOf } from "../../packages/kernels/dist/bench/index.js";
import { openLapack } from "../../packages/kernels/dist/lapack/index.js";
import { load, machine, python } from "../shared/machine.mjs";

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

/** A Gaussian matrix and a covariance with eigenvalues from 1. */
function matricesOf(d) {
  const general = new Float64Array(d * d);
  stream({ seed, purpose: "bench" }).fillNormal(general);
  const spd = new Float64Array(d * d);
  matMulNT(general, general, d, d, d, spd);
  for (let i = 0; i < d; i++) spd[i * d + i] += 1;
  return { d, general, spd, out: new Float64Array(d * d) };
}

function timeOurs(run, count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return (performance.now() - start) / count;
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
  return {
    d: matrices.d,
    operation,
    lapack: timingOf(ours),
    numpy: timingOf(theirs),
    ratio: ratioOf(ours, theirs),
  };
}

Object.assign(process.env, peerEnvironment(1));
const sizes = process.argv.slice(2).map(Number);
const lapack = await openLapack();
const peer = await startPython(python(), join(import.meta.dirname, "peer.py"), { threads: 1, limitMs: 600_000 });
if (typeof peer === "string") throw new Error(`${python()} with NumPy is needed: ${peer}`);
const { version } = peer.first;
const command = `node bench/lapack/bench.mjs ${sizes.join(" ")}`.trim();
console.log(
  JSON.stringify({ machine: machine(), command, load: load(), library: lapack.name, numpy: version, seed, repeats }),
);
console.error(`${machine()}; ${lapack.name}; NumPy ${version}; medians of ${repeats}, seed ${seed}`);
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
      `${String(d).padStart(4)}  ${operation.padEnd(15)} ${show(row.lapack)}    ${show(row.numpy)}   ${row.ratio.median.toFixed(2)}`,
    );
  }
}
peer.close();
