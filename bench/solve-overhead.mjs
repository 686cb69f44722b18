/**
 * What `solve` adds to the bare drift at fixed steps without records: 1024 tokens in R³ under softmax attention.
 *
 *   node bench/solve-overhead.mjs [--tokens 1024] [--layers 20] [--rounds 15]
 *
 * Rounds of both are interleaved; the table gives the median of the paired differences and its quartiles, and the cost
 * of the driver alone (a drift that does nothing). Needs `npm run build`.
 */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { euler } from "../packages/core/dist/methods/euler/index.js";
import { rk4 } from "../packages/core/dist/methods/rk4/index.js";
import { layers, solve } from "../packages/core/dist/solve/index.js";

const { values } = parseArgs({
  options: {
    tokens: { type: "string", default: "1024" },
    layers: { type: "string", default: "20" },
    rounds: { type: "string", default: "15" },
  },
});
const [n, d, L, rounds] = [Number(values.tokens), 3, Number(values.layers), Number(values.rounds)];

/** ẋ_i = Σ_j softmax(⟨x_i, x_j⟩) x_j − x_i. */
function attention(_t, y, out) {
  for (let i = 0; i < n; i++) {
    const [a, b, c] = [y[3 * i], y[3 * i + 1], y[3 * i + 2]];
    let [sum, u, v, w] = [0, 0, 0, 0];
    for (let j = 0; j < 3 * n; j += 3) {
      const weight = Math.exp(a * y[j] + b * y[j + 1] + c * y[j + 2]);
      sum += weight;
      u += weight * y[j];
      v += weight * y[j + 1];
      w += weight * y[j + 2];
    }
    out[3 * i] = u / sum - a;
    out[3 * i + 1] = v / sum - b;
    out[3 * i + 2] = w / sum - c;
  }
}

const y0 = Float64Array.from({ length: n * d }, (_, k) => Math.sin(k + 1) * 0.7);
const problem = { y0, layout: {}, drift: attention };
const still = { y0, layout: {}, drift: (_t, _y, out) => out.fill(0) };
const options = { span: [0, 1], steps: layers(L) };
const seconds = (run) => {
  const begin = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - begin) / 1e9;
};
const out = new Float64Array(n * d);
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** The loop a user would write by hand: the same states, no driver. */
function bareEuler() {
  const y = y0.slice();
  for (let k = 0; k < L; k++) {
    attention(k / L, y, out);
    for (let i = 0; i < y.length; i++) y[i] += out[i] / L;
  }
}

/** The same four evaluations a layer, at the states of the Euler loop: only their number counts. */
function bareStages() {
  const y = y0.slice();
  for (let k = 0; k < L; k++) {
    for (let stage = 0; stage < 4; stage++) attention(k / L, y, out);
    for (let i = 0; i < y.length; i++) y[i] += out[i] / L;
  }
}

const rows = [];
for (const [method, bare] of [
  [euler.bind({}), bareEuler],
  [rk4.bind({}), bareStages],
]) {
  const driven = () => solve(problem, method, options);
  const empty = () => solve(still, method, { span: [0, 1], steps: layers(50 * L) });
  for (const warm of [bare, driven, empty]) warm();
  const pairs = [];
  for (let k = 0; k < rounds; k++) {
    const first = k % 2 === 0 ? [seconds(bare), seconds(driven)] : [seconds(driven), seconds(bare)].reverse();
    pairs.push(first);
  }
  const ratios = pairs.map(([without, withDriver]) => 100 * (withDriver / without - 1)).sort((a, b) => a - b);
  const per = seconds(empty) / (50 * L);
  const drift =
    quantile(
      pairs.map(([without]) => without).sort((a, b) => a - b),
      0.5,
    ) / L;
  rows.push({
    method: method.name,
    "drift per step (ms)": +(1e3 * drift).toFixed(3),
    "overhead % (median)": +quantile(ratios, 0.5).toFixed(2),
    "quartiles %": `${quantile(ratios, 0.25).toFixed(2)} … ${quantile(ratios, 0.75).toFixed(2)}`,
    "driver alone (µs per step)": +(1e6 * per).toFixed(2),
    "driver / drift %": +((100 * per) / drift).toFixed(3),
  });
}
console.log(
  `${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, ${n} tokens, ${L} layers, ${rounds} rounds`,
);
console.table(rows);
if (rows.some((row) => row["driver / drift %"] > 2)) process.exitCode = 1;
