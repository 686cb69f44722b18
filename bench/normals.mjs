/**
 * Normal variates per second of the seeded stream, one core.
 *
 *   node bench/normals.mjs [--repeats 9]
 *
 * Median and least of the repeats after a warm-up; a NumPy generator (Philox, ziggurat) beside it where PYTHON or
 * /usr/bin/python3 has NumPy, in the same run. Needs `npm run build`.
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { stream } from "../packages/core/dist/foundation/random/index.js";

const { values } = parseArgs({ options: { repeats: { type: "string", default: "9" } } });
const repeats = Number(values.repeats);
const count = 1_000_000;
const out = new Float64Array(count);

function once(seed) {
  const start = performance.now();
  stream({ seed, purpose: "bench" }).fillNormal(out);
  return (performance.now() - start) / 1000;
}

const script = `
import numpy, time
g = numpy.random.Generator(numpy.random.Philox(1)); g.standard_normal(${count}); t = []
for _ in range(${repeats}):
    s = time.perf_counter(); g.standard_normal(${count}); t.append(time.perf_counter() - s)
print(sorted(t)[len(t) // 2])`;

function peer() {
  const { status, stdout } = spawnSync(process.env.PYTHON ?? "/usr/bin/python3", ["-c", script], { encoding: "utf8" });
  return status === 0 ? Number(stdout) : undefined;
}

for (let k = 0; k < 3; k++) once(k);
const times = Array.from({ length: repeats }, (_, k) => once(10 + k)).sort((a, b) => a - b);
const median = times[repeats >> 1];
const numpy = peer();
const row = {
  bench: "normals",
  machine: `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}`,
  command: "node bench/normals.mjs",
  count,
  repeats,
  millionPerSecond: { median: count / median / 1e6, best: count / times[0] / 1e6 },
  ...(numpy === undefined ? { numpy: "absent" } : { numpyMillionPerSecond: count / numpy / 1e6 }),
};
console.log(JSON.stringify(row));
