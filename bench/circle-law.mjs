/**
 * The mean-field law of the circle to t = 10 at beta = 20, from 1 + 0.1 cos θ + 0.05 sin 3θ: the scheme `spectral` on 512
 * nodes (harmonics to 170) and on 2048 (to 682), `finite-volume` with 512 cells, `quantiles` with 512. Each is to take less
 * than a second.
 *
 *   npm run build && node bench/circle-law.mjs [--repeats 7] [--out FILE.json]
 *
 * Medians of runs in turns after one of each, by the clock and of processor time. JSON goes to stdout.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { experiment, runExperiment } from "../packages/core/dist/experiment/index.js";
import { timingOf } from "../packages/kernels/dist/bench/index.js";
import { openBackends } from "../packages/kernels/dist/open/index.js";
import { load, machine, seconds } from "./shared/machine.mjs";

const { values } = parseArgs({ options: { repeats: { type: "string", default: "7" }, out: { type: "string" } } });
const repeats = Number(values.repeats);
const bar = 1;
const backends = await openBackends();
const boundOf = ({ scheme, grid }) =>
  experiment(
    {
      model: { attention: { softmax: { beta: 20 } }, geometry: "sphere" },
      initial: { density: { circle: { expression: "1 + 0.1*cos(theta) + 0.05*sin(3*theta)" }, n: 2, seed: 1 } },
      levels: { "mean-field": { grid, scheme } },
      solve: { span: [0, 10] },
    },
    { backends },
  );
const cases = [
  { scheme: "spectral", grid: 512 },
  { scheme: "spectral", grid: 2048 },
  { scheme: "finite-volume", grid: 512 },
  { scheme: "quantiles", grid: 512 },
].map((one) => ({ ...one, bound: boundOf(one), samples: [] }));
const before = load();
for (let round = 0; round <= repeats; round++) {
  for (const one of cases) {
    const sample = seconds(() => {
      one.outcome = runExperiment(one.bound).levels["mean-field"].outcome;
    });
    if (round > 0) one.samples.push(sample);
  }
}
const rows = cases.map(({ scheme, grid, samples, outcome }) => {
  const time = timingOf(samples.map((one) => one.seconds));
  const cpu = timingOf(samples.map((one) => one.cpuSeconds));
  return { scheme, grid, beta: 20, t: 10, outcome, seconds: time, cpuSeconds: cpu, bar, met: cpu.median < bar };
});
const command = `node bench/circle-law.mjs --repeats ${repeats}`;
const report = { machine: machine(), command, load: [before, load()], backend: backends[0].name, repeats, rows };
console.log(JSON.stringify(report));
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
