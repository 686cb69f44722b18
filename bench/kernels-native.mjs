/**
 * The native backend: nanoseconds per token pair next to the rooflines of its own library, one and two threads, normals
 * per second, products against the own ones; PyTorch's attention in turns where PYTHON or python3 imports torch.
 *
 *   npm run build && npm run build:native && node bench/kernels-native.mjs [--n 4096] [--repeats 9] [--instructions auto]
 *
 * JSON goes to stdout, a table to stderr. Medians of samples taken in turns; on a busy machine trust the ratios.
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { ownLinearAlgebra } from "../packages/core/dist/foundation/linear-algebra/index.js";
import { stream } from "../packages/core/dist/foundation/random/index.js";
import { benchNative, timeInTurns, timingOf } from "../packages/kernels/dist/bench/index.js";
import { openNative } from "../packages/kernels/dist/native/index.js";

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "4096" },
    repeats: { type: "string", default: "9" },
    instructions: { type: "string", default: "auto" },
  },
});
const [n, repeats, instructions] = [Number(values.n), Number(values.repeats), values.instructions];
const seed = 20240607;
const now = () => performance.now();

function open(options) {
  const outcome = openNative({ instructions, ...options });
  if (outcome.backend !== undefined) return outcome.backend;
  console.error(outcome.unavailable.message);
  process.exit(0);
}

const [f32, f64, f32Two, f64Two] = [
  open({ precision: "f32" }),
  open({ precision: "f64" }),
  open({ precision: "f32", threads: 2 }),
  open({ precision: "f64", threads: 2 }),
];

const kernels = benchNative([f32, f64], { n, dimensions: [2, 3, 4, 8, 16, 64, 128], repeats, seed, now });
const pairs = benchNative([f32, f32Two, f64, f64Two], { n, dimensions: [2, 16], repeats, seed, now });
const ratios = {};
for (const one of pairs.rows.filter((row) => row.threads === 1)) {
  const two = pairs.rows.find((row) => row.threads === 2 && row.precision === one.precision && row.d === one.d);
  ratios[`1 thread / 2 threads, ${one.precision}, d = ${one.d}`] = one.nsPerPair.median / two.nsPerPair.median;
}

const drawn = new Float64Array(1_000_000);
const key = { seed, purpose: "bench" };
const d = 128;
const [a, b, out] = [drawn.slice(0, d * d), drawn.slice(d * d, 2 * d * d), new Float64Array(d * d)];
stream(key).fillNormal(a);
const [nativeNormals, ownNormals, nativeProduct, ownProduct] = timeInTurns(
  [
    { run: () => f64.normals(key, drawn) },
    { run: () => stream(key).fillNormal(drawn) },
    { run: () => f64.linearAlgebra.matMul(a, b, d, d, d, out) },
    { run: () => ownLinearAlgebra.matMul(a, b, d, d, d, out) },
  ],
  repeats,
  10,
  now,
).map(timingOf);
ratios["normals, native / own time"] = nativeNormals.median / ownNormals.median;
ratios["matMul 128, native / own time"] = nativeProduct.median / ownProduct.median;

/** Scaled dot-product attention on one thread, in its own process, right after ours; undefined without torch ≥ 2. */
function torchRows() {
  const script = `
import json, time, torch
torch.set_num_threads(1)
rows = []
for dtype, name in ((torch.float32, "f32"), (torch.float64, "f64")):
    for d in (2, 3, 16, 64, 128):
        x = torch.nn.functional.normalize(torch.randn(1, 1, ${n}, d, dtype=dtype), dim=-1)
        run = lambda: torch.nn.functional.scaled_dot_product_attention(x, x, x, scale=1.0)
        run(); t = []
        for _ in range(${repeats}):
            s = time.perf_counter(); run(); t.append(time.perf_counter() - s)
        rows.append({"precision": name, "d": d, "nsPerPair": sorted(t)[len(t) // 2] * 1e9 / ${n} ** 2})
print(json.dumps({"version": torch.__version__, "rows": rows}))`;
  const { status, stdout } = spawnSync(process.env.PYTHON ?? "python3", ["-c", script], { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

const torch = torchRows();
for (const peer of torch?.rows ?? []) {
  const mine = kernels.rows.find((row) => row.precision === peer.precision && row.d === peer.d);
  ratios[`native / PyTorch SDPA, ${peer.precision}, d = ${peer.d}`] = mine.nsPerPair.median / peer.nsPerPair;
}

const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.version}`;
const command = `node bench/kernels-native.mjs --n ${n} --repeats ${repeats} --instructions ${instructions}`;
const report = {
  machine,
  command,
  seed,
  repeats,
  torch: torch?.version ?? "absent",
  rooflines: kernels.rooflines,
  rows: [...kernels.rows, ...pairs.rows.filter((row) => row.threads > 1)],
  normals: { count: drawn.length, ms: nativeNormals, millionPerSecond: drawn.length / nativeNormals.median / 1000 },
  product: { d, ms: nativeProduct, gigaFlops: (2 * d ** 3) / nativeProduct.median / 1e6 },
  ratios,
};
console.log(JSON.stringify(report));

console.error(`${machine}; ${f64.name} ${f64.variant}; n = ${n}, seed ${seed}, medians of ${repeats}`);
for (const { precision, gigaExponentials, gigaFlops } of report.rooflines) {
  console.error(
    `${precision}: ${gigaExponentials.median.toFixed(2)} Gexp/s, ${gigaFlops.median.toFixed(0)} GFLOP/s on one core`,
  );
}
console.error("prec    d  threads  ns/pair   (min)  spread  roofline");
for (const { precision, d: dimension, threads, nsPerPair, rooflineFraction } of report.rows) {
  const roofline = rooflineFraction === undefined ? "" : `${(100 * rooflineFraction).toFixed(0)} %`;
  console.error(
    `${precision} ${String(dimension).padStart(4)} ${String(threads).padStart(6)} ${nsPerPair.median.toFixed(3).padStart(10)} ` +
      `${nsPerPair.min.toFixed(3).padStart(8)} ${(100 * nsPerPair.spread).toFixed(0).padStart(5)} %  ${roofline.padStart(6)}`,
  );
}
console.error(
  `normals: ${report.normals.millionPerSecond.toFixed(0)} M/s; matMul 128: ${report.product.gigaFlops.toFixed(0)} GFLOP/s`,
);
for (const [name, ratio] of Object.entries(ratios)) console.error(`${name}: ${ratio.toFixed(2)}`);
