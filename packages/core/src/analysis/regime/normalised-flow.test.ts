import { expect, test } from "vitest";
import { positive, rowsOf } from "../../../test/helpers/arrays.js";
import { experiment } from "../../experiment/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, solve } from "../../solve/index.js";
import { frozenFlow } from "./frozen-flow.js";
import { normalisedFlow } from "./normalised-flow.js";

function flowOf(attention: object, W: unknown, cov: unknown) {
  const { model, initial } = experiment({
    model: { attention: { softmax: attention }, feedforward: { affine: { W } } },
    initial: { gaussian: { mean: 0, cov } },
    levels: { "gaussian-moments": {} },
  });
  return frozenFlow(model, 0, initial.moments());
}

test("direction and size give the same factor as the factor itself", () => {
  const d = 3;
  const flow = flowOf(
    { Q: { random: "ginibre", scale: 0.3, seed: 1 }, V: { random: "ginibre", scale: 0.5, seed: 2 } },
    { random: "ginibre", scale: 0.3, seed: 3 },
    rowsOf(positive(d, 4), d, d),
  );
  const { problem, of, back } = normalisedFlow(flow);
  const options = { span: [0, 0.2], steps: adaptive({ rtol: 1e-12, atol: 1e-14 }) } as const;
  const direct = solve(flow.problem, dop853.bind({}), options).yEnd;
  const { yEnd } = solve(problem, dop853.bind({}), options);
  expect(Math.hypot(...yEnd.subarray(0, d * d))).toBeCloseTo(1, 14);
  // Two integrations at 1e-12 of states of size 1.
  back(yEnd).forEach((value, k) => {
    expect(Math.abs(value - direct[k]!)).toBeLessThan(1e-10);
  });
  // There and back, to rounding.
  back(of(direct)).forEach((value, k) => {
    expect(Math.abs(value - direct[k]!)).toBeLessThan(1e-15);
  });
});
