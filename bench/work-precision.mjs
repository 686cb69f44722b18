/**
 * Work–precision of dop853 and tsit5 against SciPy's DOP853: a covariance equation with d = 16 and 64 tokens on S².
 *
 *   node bench/work-precision.mjs [--out FILE.json] [--repeats 7]
 *
 * For each tolerance: evaluations of the drift, wall time (the least of the repeats, five times as many in JavaScript
 * until it is compiled, in one Python process that stays up and is warm) and the error of the end state. The tokens' field is the WebAssembly backend's; SciPy's drifts are vectorised NumPy. The last table reads evaluations
 * off at equal error, by straight lines in log–log. PYTHON names the interpreter. Needs `npm run build`.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { sphere } from "../packages/core/dist/geometry/sphere/index.js";
import { dop853 } from "../packages/core/dist/methods/dop853/index.js";
import { tsit5 } from "../packages/core/dist/methods/tsit5/index.js";
import { adaptive, solve } from "../packages/core/dist/solve/index.js";
import { openWasm } from "../packages/kernels/dist/wasm/index.js";

const { values } = parseArgs({ options: { out: { type: "string" }, repeats: { type: "string", default: "7" } } });
const repeats = Number(values.repeats);

/** The attention field of the tokens: what an experiment takes on every machine. */
const backend = await openWasm();

/** A fixed sequence in (−1, 1): no library needed, the same numbers everywhere. */
function sequence(size, scale, seed) {
  let state = seed;
  return Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return scale * (state / 2 ** 31 - 1);
  });
}

function covariance() {
  const d = 16;
  const [V, A, W, L] = [1, 2, 3, 4].map((seed) => sequence(d * d, 0.25, seed));
  const y0 = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) y0[i * d + j] += L[i * d + k] * L[j * d + k];
      if (i === j) y0[i * d + j] += 0.5;
    }
  }
  for (let i = 0; i < d; i++) W[i * d + i] -= 0.8;
  const [first, field, product] = [0, 0, 0].map(() => new Float64Array(d * d));
  // a·bᵀ by tiles of 2×2, both read along rows: Σ is symmetric, and A is transposed once.
  const timesTransposed = (a, b, out) => {
    for (let i = 0; i < d * d; i += 2 * d) {
      for (let j = 0; j < d * d; j += 2 * d) {
        let p = 0;
        let q = 0;
        let r = 0;
        let s = 0;
        for (let k = 0; k < d; k++) {
          const a0 = a[i + k];
          const a1 = a[i + d + k];
          const b0 = b[j + k];
          const b1 = b[j + d + k];
          p += a0 * b0;
          q += a0 * b1;
          r += a1 * b0;
          s += a1 * b1;
        }
        out[i + j / d] = p;
        out[i + j / d + 1] = q;
        out[i + d + j / d] = r;
        out[i + d + j / d + 1] = s;
      }
    }
  };
  const v = Float64Array.from(V);
  const transposed = Float64Array.from(A, (_, k) => A[(k % d) * d + Math.floor(k / d)]);
  const drift = (_t, y, out) => {
    timesTransposed(v, y, first);
    timesTransposed(first, transposed, field);
    for (let k = 0; k < d * d; k++) field[k] += W[k];
    timesTransposed(field, y, product);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = product[i * d + j] + product[j * d + i];
  };
  return {
    name: "covariance d=16",
    end: 3,
    problem: { y0, layout: {}, drift },
    python: { kind: "covariance", d, V, A, W },
  };
}

function tokens() {
  const [n, d, beta] = [64, 3, 4];
  const y0 = Float64Array.from(sequence(n * d, 1, 7));
  for (let i = 0; i < n; i++) {
    const length = Math.hypot(...y0.subarray(i * d, i * d + d));
    for (let a = 0; a < d; a++) y0[i * d + a] /= length;
  }
  const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const head = { beta, queryKey: identity, value: identity };
  const kernel = { weight: "exponential", normalisation: "partition", heads: [head] };
  const dense = { dense: true, logWeight: () => 0, decay: 0 };
  const weights = new Float64Array(n).fill(1 / n);
  const drift = (_t, y, out) => {
    const cloud = { m: n, d, points: y, weights };
    if (!backend.field(kernel, cloud, cloud, dense, { field: out })) throw new Error("the backend declined softmax");
    sphere.tangent(y, out, n, d);
  };
  return {
    name: "64 tokens on S²",
    end: 8,
    problem: { y0, layout: {}, drift },
    python: { kind: "tokens", n, d, beta },
  };
}

const worker = `
import json, sys, time
import numpy as np, scipy
from scipy.integrate import solve_ivp
def field(p):
    if p["kind"] == "covariance":
        d = p["d"]; V, A, W = (np.array(p[k]).reshape(d, d) for k in "VAW")
        def f(t, y):
            S = y.reshape(d, d); R = (W + V @ S @ A) @ S
            return (R + R.T).ravel()
    else:
        n, d, beta = p["n"], p["d"], p["beta"]
        def f(t, y):
            X = y.reshape(n, d); K = np.exp(beta * (X @ X.T))
            F = (K @ X) / K.sum(1)[:, None]
            return (F - (F * X).sum(1)[:, None] * X).ravel()
    return f
print(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__}), flush=True)
for line in sys.stdin:
    q = json.loads(line); f = field(q["problem"]); y0 = np.array(q["y0"])
    best = 1e99
    for _ in range(q["repeats"]):
        begin = time.perf_counter()
        s = solve_ivp(f, (0, q["end"]), y0, method="DOP853", rtol=q["tol"], atol=q["tol"])
        best = min(best, time.perf_counter() - begin)
    print(json.dumps({"evaluations": s.nfev, "seconds": best, "y": s.y[:, -1].tolist()}), flush=True)
`;

const python = spawn(process.env.PYTHON ?? "python3", ["-c", worker], {
  stdio: ["pipe", "pipe", "inherit"],
  env: { ...process.env, OPENBLAS_NUM_THREADS: "1" },
});
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
const answer = async () => {
  const { done, value } = await answers.next();
  if (done) throw new Error("work-precision: Python with SciPy is needed; set PYTHON to one that has it");
  return JSON.parse(value);
};

function ours(method, { problem, end }, tol) {
  let seconds = Number.POSITIVE_INFINITY;
  let run;
  for (let k = 0; k < 5 * repeats; k++) {
    const begin = process.hrtime.bigint();
    run = solve(problem, method, { span: [0, end], steps: adaptive({ rtol: tol, atol: tol }) });
    seconds = Math.min(seconds, Number(process.hrtime.bigint() - begin) / 1e9);
  }
  return { evaluations: run.stats.evaluations, rejected: run.stats.rejected, seconds, y: run.yEnd };
}

async function scipy({ problem, end, python: description }, tol) {
  python.stdin.write(`${JSON.stringify({ problem: description, y0: [...problem.y0], end, tol, repeats })}\n`);
  return answer();
}

/** log of `key` at a log error, by the straight line between the two measured points around it. */
function at(rows, error, key) {
  const sorted = [...rows].sort((a, b) => a.error - b.error);
  const upper = sorted.findIndex((row) => row.error >= error);
  if (upper <= 0) return undefined;
  const [a, b] = [sorted[upper - 1], sorted[upper]];
  const part = Math.log(error / a.error) / Math.log(b.error / a.error);
  return Math.exp(Math.log(a[key]) * (1 - part) + Math.log(b[key]) * part);
}

const versions = await answer();
const tolerances = Array.from({ length: 19 }, (_, k) => 10 ** (-3 - k / 2));
const report = { processor: cpus()[0]?.model, node: process.version, repeats, ...versions, problems: [] };
for (const one of [covariance(), tokens()]) {
  const finest = solve(one.problem, dop853.bind({}), {
    span: [0, one.end],
    steps: adaptive({ rtol: 2e-14, atol: 2e-14 }),
  }).yEnd;
  const errorOf = (y) => Math.max(...finest.map((value, i) => Math.abs(y[i] - value)));
  const series = { "our dop853": [], "our tsit5": [], "SciPy DOP853": [] };
  for (const tol of tolerances) {
    for (const [name, run] of [
      ["our dop853", ours(dop853.bind({}), one, tol)],
      ["our tsit5", ours(tsit5.bind({}), one, tol)],
      ["SciPy DOP853", await scipy(one, tol)],
    ]) {
      series[name].push({ tol, error: errorOf(run.y), evaluations: run.evaluations, ms: 1e3 * run.seconds });
    }
  }
  console.log(`\n${one.name}`);
  console.table(
    tolerances.map((tol, k) => {
      const row = { tol: tol.toExponential(1) };
      for (const [name, rows] of Object.entries(series)) {
        row[`${name}: error`] = rows[k].error.toExponential(1);
        row["calls ".padEnd(6 + Object.keys(row).length)] = rows[k].evaluations;
        row["ms ".padEnd(3 + Object.keys(row).length)] = +rows[k].ms.toFixed(2);
      }
      return row;
    }),
  );
  const equal = [1e-4, 1e-6, 1e-8, 1e-10].map((error) => {
    const [mine, theirs] = ["our dop853", "SciPy DOP853"].map((name) => series[name]);
    return {
      error,
      "calls, ours": at(mine, error, "evaluations"),
      "calls, SciPy": at(theirs, error, "evaluations"),
      "calls ratio": at(mine, error, "evaluations") / at(theirs, error, "evaluations"),
      "ms, ours": at(mine, error, "ms"),
      "ms, SciPy": at(theirs, error, "ms"),
    };
  });
  // Errors that one of the two never showed have nothing to be compared at.
  const reached = equal.filter((row) => Number.isFinite(row["calls ratio"]));
  console.log("at equal error");
  console.table(
    reached.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, value === undefined ? value : +value.toPrecision(3)]),
      ),
    ),
  );
  // At twenty errors that both have reached, so that no single last step decides.
  const [mine, theirs] = ["our dop853", "SciPy DOP853"].map((name) => series[name]);
  const errors = Array.from({ length: 20 }, (_, k) => 10 ** (-5.5 - k / 3));
  const mean = (key) => {
    const logs = errors.map((error) => Math.log(at(mine, error, key) / at(theirs, error, key))).filter(Number.isFinite);
    return Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length);
  };
  const ratios = { evaluations: mean("evaluations"), time: mean("ms") };
  console.log(
    `geometric mean, ours over SciPy: evaluations ${ratios.evaluations.toFixed(3)}, time ${ratios.time.toFixed(2)}`,
  );
  report.problems.push({ name: one.name, series, equal, ratios });
}
python.stdin.end();
if (values.out) writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
