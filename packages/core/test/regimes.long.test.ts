import { expect, test } from "vitest";
import { gaussianMoments } from "../src/dynamics/gaussian-moments/index.js";
import { analyzeExperiment, experiment } from "../src/experiment/index.js";
import { dop853 } from "../src/methods/dop853/index.js";
import { adaptive, solve } from "../src/solve/index.js";
import { normals, positive, rowsOf } from "./helpers/arrays.js";
import { disagreements } from "./helpers/regime-agreement.js";
import { drawSystems } from "./helpers/regime-strata.js";

test("1,000 random V = vI systems over 24 strata: theorem and integrated flow say the same, or are listed", () => {
  const { exceptions, undecided, compared } = disagreements(drawSystems(1000));
  console.log(JSON.stringify({ compared, undecided, exceptions }, null, 1));
  expect(exceptions).toEqual([]);
  expect(undecided).toBeLessThanOrEqual(20);
});

test("tError covers the true error of t* in 100 of 100 general V", () => {
  const failures: object[] = [];
  let escapes = 0;
  for (let seed = 1; escapes < 100; seed++) {
    const d = 2 + (seed % 3);
    const V = normals(d * d, seed, 0.25).map((value, k) => value + (k % (d + 1) === 0 ? 1 : 0));
    const bound = experiment({
      model: {
        attention: { softmax: { Q: rowsOf(positive(d, 20 + seed), d, d), V: rowsOf(V, d, d) } },
        feedforward: { affine: { W: rowsOf(normals(d * d, 40 + seed, 0.2), d, d) } },
      },
      initial: { gaussian: { mean: 0, cov: rowsOf(positive(d, 60 + seed), d, d) } },
      levels: { "gaussian-moments": {} },
    });
    const said = analyzeExperiment(bound)["regime"] as { verdict: string; tStar: number; tError: number };
    if (said.verdict !== "blow-up") continue;
    escapes++;
    // Σ itself, at 3e-14, as far as float64 can tell t from t*: |Σ| passes 10¹³.
    const { model, initial } = bound;
    const { problem } = gaussianMoments.bind({}, { model, initial, span: [0, 100] });
    const run = solve(problem, dop853.bind({}), { span: [0, 100], steps: adaptive({ rtol: 3e-14, atol: 1e-17 }) });
    expect(Math.hypot(...run.yEnd)).toBeGreaterThan(1e12);
    const error = Math.abs(said.tStar - run.tEnd);
    if (!(error <= said.tError)) failures.push({ seed, error, tError: said.tError });
  }
  expect(failures).toEqual([]);
});
