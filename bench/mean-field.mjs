/**
 * The mean-field law of the circle on 512 cells or modes to t = 10 at β = 20, from a density near the uniform one, beside
 * the bar of one second.
 *
 *   node bench/mean-field.mjs [--rounds 7]
 *
 * Softmax, Q = K = V = I, one thread, one warm-up; the schemes take turns. Median, least and quartiles of wall time, and
 * the processor time of the median run beside it. `ends` is the depth reached: `spectral` stops where atoms emerge.
 * Needs `npm run build`.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { experiment } from "../packages/core/dist/experiment/index.js";
import { solve } from "../packages/core/dist/solve/index.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" } } });
const rounds = Number(values.rounds);
const span = [0, 10];
const starts = { "1 + 0.1 cos 4θ": "1 + 0.1*cos(4*theta)", "1 + 10⁻³ cos 6θ": "1 + 1e-3*cos(6*theta)" };
const schemes = ["finite-volume", "spectral", "quantiles"];

function timed(expression, scheme) {
  const { levels, integration } = experiment({
    model: { attention: { softmax: { beta: 20 } }, geometry: "sphere" },
    initial: { density: { circle: { expression } } },
    levels: { "mean-field": { scheme, grid: 512 } },
    solve: { span },
  });
  const { level } = levels[0];
  const { method, stepping } = level.own ?? integration;
  const before = process.cpuUsage();
  const start = performance.now();
  const { outcome, tEnd, stats } = solve(level.problem, method, { span, steps: stepping, events: level.events });
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    wall,
    processor: (user + system) / 1e6,
    ends: Number((outcome.t ?? tEnd ?? span[1]).toPrecision(4)),
    status: outcome.status,
    steps: stats?.steps,
  };
}

const cases = Object.entries(starts).flatMap(([name, expression]) =>
  schemes.map((scheme) => ({ name, expression, scheme, runs: [] })),
);
for (const one of cases) timed(one.expression, one.scheme);
for (let round = 0; round < rounds; round++) {
  for (const one of cases) one.runs.push(timed(one.expression, one.scheme));
}
console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${rounds} rounds`);
for (const { name, scheme, runs } of cases) {
  const sorted = [...runs].sort((a, b) => a.wall - b.wall);
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  const middle = at(0.5);
  const seconds = (one) => one.wall.toFixed(3);
  const range = `${seconds(sorted[0])} least, ${seconds(at(0.25))}–${seconds(at(0.75))} quartiles`;
  console.log(
    `${name}  ${scheme.padEnd(13)}  ${seconds(middle)} s (${range}; processor ${middle.processor.toFixed(3)} s), ${middle.status} at t = ${middle.ends}, ${middle.steps ?? "?"} steps`,
  );
}
