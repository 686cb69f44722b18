import { describe, expect, test } from "vitest";
import { distanceMax } from "../../../test/helpers/slope.js";
import { slicedWasserstein } from "../../distances/sliced-wasserstein/index.js";
import { experiment, runExperiment } from "../../experiment/index.js";
import { InputError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { solve } from "../../solve/index.js";

interface Case {
  readonly model: Record<string, unknown>;
  readonly initial: Record<string, unknown>;
  readonly T: number;
}

const softmax = (beta: number, V: number) => ({ attention: { softmax: { beta, V: { scale: V } } } });

function finalLaw({ model, initial, T }: Case, level: Record<string, unknown>): PointCloud {
  const document = {
    model,
    initial,
    levels: { "mean-field": level },
    solve: { span: [0, T], steps: { adaptive: { rtol: 1e-10, atol: 1e-12 } } },
  };
  const { levels, integration } = experiment(document);
  const one = levels[0]!.level;
  const { method, stepping } = one.own ?? integration;
  const { outcome, yEnd } = solve(one.problem, method, { span: [0, T], steps: stepping });
  expect(outcome.status).toBe("completed");
  return one.law(yEnd) as PointCloud;
}

function momentsAt({ model, initial, T }: Case) {
  const document = {
    model,
    initial,
    levels: { "gaussian-moments": {} },
    solve: { span: [0, T], method: "dop853", steps: { adaptive: { rtol: 1e-12, atol: 1e-14 } } },
  };
  const { states } = runExperiment(experiment(document)).levels["gaussian-moments"]!;
  return { mean: states["mean"]!.data, cov: states["cov"]!.data };
}

describe("Gaussians that stay Gaussian follow their moments", () => {
  test.each([
    ["softmax, V = −1", softmax(0.5, -1), 1.5],
    ["softmax, V = 1, growing", softmax(0.2, 1), 1],
    [
      "two heads and an affine feed-forward",
      { ...softmax(0.3, -0.5), feedforward: { affine: { W: { scale: 0.3 }, b: [0.2] } } },
      1,
    ],
  ])("on R: %s", (_name, model, T) => {
    const one = { model, initial: { gaussian: { mean: [0.3], cov: [[0.8]] } }, T };
    const exact = momentsAt(one);
    const found = momentsOf(finalLaw(one, { tolerance: 1e-8, box: 8, grid: 128 }));
    // Some thirty steps to 1e-8; beyond 8σ there is e^{−32} of the mass, weighed up by the tilt.
    expect(distanceMax(found.mean, exact.mean)).toBeLessThan(1e-6);
    expect(distanceMax(found.cov, exact.cov)).toBeLessThan(1e-6);
  });

  test("on R², with matrices that mix the axes", () => {
    const one = {
      model: {
        attention: {
          softmax: {
            beta: 0.3,
            V: [
              [-1, 0.3],
              [0.1, -0.5],
            ],
            Q: [
              [1, 0.4],
              [0, 1],
            ],
          },
        },
      },
      initial: {
        gaussian: {
          mean: [0.2, -0.1],
          cov: [
            [1, 0.3],
            [0.3, 0.5],
          ],
        },
      },
      T: 0.5,
    };
    const exact = momentsAt(one);
    const found = momentsOf(finalLaw(one, { grid: 900, tolerance: 1e-7 }));
    // The box of 6σ leaves out e^{−18}, weighed up by the tilt; steps to 1e-7.
    expect(distanceMax(found.mean, exact.mean)).toBeLessThan(1e-5);
    expect(distanceMax(found.cov, exact.cov)).toBeLessThan(1e-5);
  });
});

describe("two bumps on R that attract each other (β = ½)", () => {
  const one: Case = {
    model: { ...softmax(0.5, 1), feedforward: { affine: { W: { scale: -1 } } } },
    initial: { mixture: { weights: [0.4, 0.6], means: [[-1], [0.8]], covs: [{ scale: 0.1 }, { scale: 0.2 }] } },
    T: 1,
  };
  const reference = finalLaw(one, { scheme: "quantiles", grid: 400 });
  const fine = finalLaw(one, { grid: 300 });

  test("order 2 of the density in L¹", () => {
    const errors = [5, 3].map((ratio) => {
      const { weights } = finalLaw(one, { grid: 300 / ratio });
      // Nodes of the coarse grid are nodes of the fine one.
      return weights.reduce((sum, w, j) => sum + Math.abs(w - ratio * fine.weights[ratio * j + (ratio >> 1)]!), 0);
    });
    const order = Math.log(errors[0]! / errors[1]!) / Math.log(5 / 3);
    // 2 of the flux between point values, 3 where upwinding shows; 2.3 measured.
    expect(order).toBeGreaterThan(1.9);
    expect(order).toBeLessThan(3);
    expect(errors[1]!).toBeLessThan(3e-4);
  });

  test("finite volume and quantiles agree", () => {
    const distance = slicedWasserstein.bind({ directions: 1, order: 1 }, 1);
    const width = fine.cells!.volumes[0]!;
    // Atoms at the nodes against a continuum: a quarter of the width; the quantiles' own atoms: 1/400 of the spread.
    expect(distance(fine, reference)).toBeLessThan(width / 4 + 2e-3);
    // The last quantiles stand for 1/800 of the mass each: a tail of some 10^{−3} of the variance.
    expect(distanceMax(momentsOf(fine).cov, momentsOf(reference).cov)).toBeLessThan(1e-3);
  });

  test("mass is 1 to 1e-13, and no cell is negative", () => {
    expect(fine.weights.every((weight) => weight >= 0)).toBe(true);
    expect(Math.abs(fine.weights.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-13);
  });
});

describe("refuses", () => {
  const messageOf = (initial: unknown, level: unknown): string => {
    try {
      experiment({ model: softmax(1, 1), initial, levels: { "mean-field": level } });
    } catch (error) {
      if (error instanceof InputError) return error.message;
    }
    return "nothing";
  };

  test.each([
    ["a box that cuts the law", { gaussian: { mean: [0] } }, { box: 2 }, "the box must hold the law"],
    [
      "a part far beyond the box",
      { mixture: { weights: [0.99, 0.01], means: [[0], [100]] } },
      { grid: 512 },
      "a part of the law stands far",
    ],
    [
      "an atom too light for the variance to show it",
      { mixture: { weights: [1 - 2e-6, 2e-6], means: [[0], [100]] } },
      {},
      "a mass of 0.99999800",
    ],
    ["peaks below the cells", { mixture: { means: [[-1], [1]], covs: [[[1e-6]], [[1e-6]]] } }, {}, "must be resolved"],
    ["a singular covariance", { gaussian: { cov: { diagonal: [1, 0] } } }, {}, "has no density"],
    ["three dimensions", { gaussian: { mean: [0, 0, 0] } }, {}, "there is no grid"],
    ["a plane grid that is no square", { gaussian: { mean: [0, 0] } }, { grid: 500 }, "Take 484"],
    ["quantiles of the plane", { gaussian: { mean: [0, 0] } }, { scheme: "quantiles" }, "one dimension"],
    ["Fourier modes on the line", { gaussian: { mean: [0] } }, { scheme: "spectral" }, "for the circle"],
    ["zonal laws on the line", { gaussian: { mean: [0] } }, { scheme: "zonal" }, "for the sphere"],
  ])("%s", (_name, initial, level, said) => {
    expect(messageOf(initial, level)).toContain(said);
  });
});

describe("what lies beyond the box is in the answer", () => {
  const reportOf = (initial: object) => {
    const { monitors } = runExperiment(
      experiment({
        model: softmax(0.1, 1),
        initial,
        levels: { "mean-field": { grid: 64 } },
        solve: { span: [0, 0.01] },
      }),
    ).levels["mean-field"]!;
    return monitors!["box"]!;
  };

  test("a normal law has erfc(6/√2) there", () => {
    const report = reportOf({ gaussian: { mean: [0.3], cov: [[2]] } });
    expect(report["verdict"]).toBe("holds the law");
    // Midpoints are off by h²Lφ(L)/12 = 1.07e-10 at the ends, h = 12/64, L = 6 (Euler and Maclaurin); the next term is 5 %.
    const midpoints = 1.07e-10;
    expect(Math.abs((report["massBeyond"] as number) - (1.9731752900754e-9 - midpoints))).toBeLessThan(0.1 * midpoints);
  });

  test("an atom of 1e-7 far away is no part of the run, and the verdict says so", () => {
    const report = reportOf({ mixture: { weights: [1 - 1e-7, 1e-7], means: [[0], [100]] } });
    expect(report["verdict"]).toBe("cut");
    // Its own mass, and the 2e-9 of a normal law up to the midpoints' 1e-10 and a scale wider by 5e-4.
    expect(Math.abs((report["massBeyond"] as number) - 1.0197e-7)).toBeLessThan(2e-10);
  });
});
