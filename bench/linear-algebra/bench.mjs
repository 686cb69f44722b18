/**
 * Times of @meanfield/core's linear algebra next to NumPy/SciPy, sample by sample in turns.
 * Run: npm run build && node bench/linear-algebra/bench.mjs [d …] [--only name,name]
 * JSON lines go to stdout, the table to stderr. PYTHON names another interpreter.
 */
import { join } from "node:path";
import * as core from "../../packages/core/dist/foundation/linear-algebra/index.js";
import { stream } from "../../packages/core/dist/foundation/random/index.js";
import { startPython, timingOf } from "../../packages/kernels/dist/bench/index.js";
import { openWasm } from "../../packages/kernels/dist/wasm/index.js";
import { machine, python } from "../shared/machine.mjs";

const repeats = 9;
/** A sample lasts at least about this long. */
const sampleMs = 4;
const seed = 20240607;

/** Products as experiments take them: of the backend that every machine has. `own…` are those of core alone. */
const { linearAlgebra } = await openWasm();

const operations = {
  matMul: ({ d, general, spd, out }) => linearAlgebra.matMul(general, spd, d, d, d, out),
  "own matMul": ({ d, general, spd, out }) => core.matMul(general, spd, d, d, d, out),
  cholesky: ({ d, spd }) => core.cholesky(spd, d),
  solveLinear: ({ d, general, spd }) => core.solveLinear(general, spd.subarray(0, d), d, 1),
  qr: ({ d, general }) => core.qr(general, d, d),
  symmetricEigen: ({ d, spd }) => core.symmetricEigen(spd, d),
  svd: ({ d, general }) => core.svd(general, d, d),
  realSchur: ({ d, general }) => core.realSchur(general, d),
  eigenvalues: ({ d, general }) => core.eigenvalues(general, d),
  expm: ({ d, general }) => core.expm(general, d, linearAlgebra),
  "own expm": ({ d, general }) => core.expm(general, d),
  sqrtm: ({ d, spd }) => core.sqrtm(spd, d),
  logm: ({ d, spd }) => core.logm(spd, d),
  lyapunov: ({ d, general, spd }) => core.lyapunov(general, spd, d),
};

/** A Gaussian matrix and a covariance with eigenvalues from 1. */
function matricesOf(d) {
  const general = new Float64Array(d * d);
  stream({ seed, purpose: "bench" }).fillNormal(general);
  const spd = new Float64Array(d * d);
  core.matMulNT(general, general, d, d, d, spd);
  for (let i = 0; i < d; i++) spd[i * d + i] += 1;
  return { d, general, spd, out: new Float64Array(d * d) };
}

function sample(run, input, count) {
  const start = performance.now();
  for (let k = 0; k < count; k++) run(input);
  return (performance.now() - start) / count;
}

async function measure(name, input, peer) {
  const run = operations[name];
  // Warm-up until the optimising compiler has had its say.
  for (let k = 0, start = performance.now(); k < 3 || (performance.now() - start < 150 && k < 3000); k++) run(input);
  const count = Math.max(1, Math.round(sampleMs / sample(run, input, 1)));
  const request = { d: input.d, operation: name.replace("own ", "") };
  let peerCount = 1;
  if (peer !== undefined) {
    await peer.ask({ ...request, count: 1 });
    peerCount = Math.max(1, Math.round(sampleMs / (await peer.ask({ ...request, count: 3 })).ms));
  }
  const [ours, theirs] = [[], []];
  for (let k = 0; k < repeats; k++) {
    ours.push(sample(run, input, count));
    if (peer !== undefined) theirs.push((await peer.ask({ ...request, count: peerCount })).ms);
  }
  const mine = timingOf(ours);
  const own = { operation: name, d: input.d, medianMs: mine.median, minMs: mine.min, spread: mine.spread, repeats };
  if (peer === undefined) return own;
  const other = timingOf(theirs);
  const budget = input.d <= 64 ? 3 : 10;
  const [ratio, bestRatio] = [mine.median / other.median, mine.min / other.min];
  return { ...own, peerMedianMs: other.median, peerMinMs: other.min, ratio, bestRatio, budget };
}

const number = (value) => (value === undefined ? "" : value.toPrecision(3));

function tableLine(r) {
  const verdict = r.ratio === undefined ? "" : r.bestRatio <= r.budget ? `within ${r.budget}` : `over ${r.budget}`;
  const cells = [r.d, number(r.medianMs), number(r.minMs), number(r.peerMedianMs), number(r.peerMinMs)];
  const tail = [number(r.ratio), number(r.bestRatio), verdict];
  return `${r.operation.padEnd(15)}${[...cells, ...tail].map((cell) => String(cell).padStart(11)).join("")}`;
}

async function main(words) {
  const only = words.includes("--only") ? words[words.indexOf("--only") + 1].split(",") : Object.keys(operations);
  const sizes = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const started = await startPython(python(), join(import.meta.dirname, "peer.py"), { threads: 1, limitMs: 600_000 });
  const peer = typeof started === "string" ? undefined : started;
  const where = `${machine()}, one thread each`;
  const command = `node bench/linear-algebra/bench.mjs ${words.join(" ")}`.trim();
  console.log(JSON.stringify({ machine: where, command, seed, repeats, peer: peer?.first }));
  console.error(`${where}\n${command}`);
  console.error(
    peer === undefined
      ? `No SciPy, own times only: ${started}`
      : `NumPy ${peer.first.numpy}, SciPy ${peer.first.scipy}, ${peer.first.libraries.join(", ")}`,
  );
  const heads = ["d", "median ms", "min", "SciPy", "min", "ratio", "of minima", "budget"];
  console.error(`${"".padEnd(15)}${heads.map((head) => head.padStart(11)).join("")}`);
  for (const d of sizes.length > 0 ? sizes : [16, 64, 256]) {
    const input = matricesOf(d);
    const encode = (a) => Buffer.from(a.buffer).toString("base64");
    if (peer) await peer.ask({ d, matrices: { general: encode(input.general), spd: encode(input.spd) } });
    for (const name of only) {
      const result = await measure(name, input, peer);
      console.log(JSON.stringify(result));
      console.error(tableLine(result));
    }
  }
  peer?.close();
}

await main(process.argv.slice(2));
