import { describe, expect, test } from "vitest";
import { normals, positive, rowsOf } from "../../../test/helpers/arrays.js";
import { experiment } from "../../experiment/index.js";
import { SolveError } from "../../foundation/errors/index.js";
import {
  frobeniusNorm,
  inverse,
  lyapunov,
  symmetricEigenvalues,
  transpose,
} from "../../foundation/linear-algebra/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, solve } from "../../solve/index.js";
import goldens from "./equilibria-goldens.json" with { type: "json" };
import { equilibriaJson } from "./equilibria-json.js";
import { findEquilibria, stabilityOf, vanishingCount } from "./equilibrium-search.js";
import { combine, congruence, lift } from "./matrix-forms.js";
import { momentFlow } from "./moment-flow.js";

const bind = (model: object, d: number) =>
  experiment({
    model,
    initial: { gaussian: { mean: Array.from({ length: d }, () => 0), cov: "identity" } },
    levels: { "gaussian-moments": {} },
  });
const flowOf = (model: object, d: number) => {
  const bound = bind(model, d);
  return momentFlow(bound.model, 0, bound.initial.moments());
};
const scalar = (value: number) => ({ scale: value });

/** σ̇ = 2σ(w − σ + 4σ/(1 + σ)): σ² − (3 + w)σ − w = 0, and 0. */
const bistable = (w: number) =>
  flowOf(
    {
      attention: [{ softmax: { V: scalar(-1) } }, { l2: { beta: 0.5, V: scalar(4) } }],
      feedforward: { affine: { W: scalar(w) } },
    },
    1,
  );

describe("on the line", () => {
  test.each([-0.9, -0.5, -0.1])("softmax and L2 heads against each other, w = %d: both roots of the quadratic", (w) => {
    const { equilibria } = findEquilibria(bistable(w), { ranks: [0, 1] });
    const root = Math.sqrt((3 + w) ** 2 + 4 * w);
    const wanted = [0, (3 + w - root) / 2, (3 + w + root) / 2];
    // Rounding of the closure over its slope, 0.06 at least.
    equilibria.forEach(({ point }, k) => {
      expect(Math.abs(point.cov[0]! - wanted[k]!)).toBeLessThan(1e-13);
    });
    expect(equilibria.map(stabilityOf)).toEqual(["stable", "unstable", "stable"]);
    // d/dσ of the drift; a difference of step 1e-5 in log σ: 1e-10.
    for (const { point, re } of equilibria.slice(1)) {
      const sigma = point.cov[0]!;
      expect(Math.abs(re[0]! - 2 * sigma * (-1 + 4 / (1 + sigma) ** 2))).toBeLessThan(1e-9);
    }
  });

  test("below the fold only 0 is left, and none of the starts counts as come to rest", () => {
    const { equilibria, converged } = findEquilibria(bistable(-1.2), { ranks: [0, 1] });
    expect([equilibria.length, converged]).toEqual([1, 0]);
  });

  test("Sinkhorn: σ* = εs/a with s = δ/(1 − δ²), δ = −wε/v", () => {
    const [v, w, epsilon] = [2, -0.5, 0.7];
    const model = {
      attention: { sinkhorn: { epsilon, V: scalar(v) } },
      feedforward: { affine: { W: scalar(w) } },
    };
    const { equilibria } = findEquilibria(flowOf(model, 1), { ranks: [1] });
    const delta = (-w * epsilon) / v;
    expect(equilibria).toHaveLength(1);
    // Rounding of the closed form.
    expect(equilibria[0]!.point.cov[0]).toBeCloseTo((epsilon * delta) / (1 - delta ** 2), 13);
    expect(stabilityOf(equilibria[0]!)).toBe("unstable");
  });

  test("linear attention carries the mean: m = ±√(−w/v) without spread, and the parabola σ + m² = −w/v with it", () => {
    const [v, w] = [-0.8, 0.6];
    const flow = flowOf({ attention: { linear: { V: scalar(v) } }, feedforward: { affine: { W: scalar(w) } } }, 1);
    expect(flow.carried).toBe(true);
    const { equilibria } = findEquilibria(flow, { ranks: [0, 1] });
    const points = equilibria.filter(({ point }) => point.rank === 0).map(({ point }) => point.mean[0]!);
    points.sort((a, b) => a - b);
    const root = Math.sqrt(-w / v);
    // Rounding; 0 is reached from a quarter of the starts exactly, from others to 1e-11 in the chart's unit.
    [-root, 0, root].forEach((wanted, k) => {
      expect(Math.abs(points[k]! - wanted)).toBeLessThan(1e-10);
    });
    const spread = equilibria.filter(({ point }) => point.rank === 1);
    expect(spread.length).toBeGreaterThan(3);
    for (const one of spread) {
      const { cov, mean } = one.point;
      expect(Math.abs(cov[0]! + mean[0]! ** 2 + w / v)).toBeLessThan(1e-10);
      expect(vanishingCount(one)).toBe(1);
    }
  });
});

test("V = vI, W of eigenvalues 1, 2, 3: one equilibrium F(FᵀXF)⁻¹Fᵀ for each of the 8 invariant subspaces F", () => {
  const d = 3;
  const A = positive(d, 5).map((value) => -value);
  const W = [1, 2, 3];
  const model = {
    attention: { softmax: { Q: rowsOf(A, d, d) } },
    feedforward: { affine: { W: { diagonal: W } } },
  };
  const { equilibria, unseen } = findEquilibria(flowOf(model, d), { ranks: [0, 1, 2, 3], startsPerRank: 128 });
  // WᵀX + XW = −(A + Aᵀ).
  const X = A.map((_, k) => -(A[k]! + A[(k % d) * d + Math.floor(k / d)]!) / (W[k % d]! + W[Math.floor(k / d)]!));
  const subspaces = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];
  expect(equilibria).toHaveLength(subspaces.length);
  expect(unseen).toBe(0);
  for (const axes of subspaces) {
    const r = axes.length;
    const F = Float64Array.from({ length: d * r }, (_, k) => (axes[k % r] === Math.floor(k / r) ? 1 : 0));
    const wanted = r === 0 ? new Float64Array(d * d) : lift(F, d, r, inverse(congruence(X, F, d, r), r));
    const nearest = equilibria.filter(
      // Rounding of a solve of condition 10.
      ({ point }) => frobeniusNorm(combine(point.cov, wanted, -1)) < 1e-11 * (1 + frobeniusNorm(wanted)),
    );
    expect(nearest).toHaveLength(1);
    // W is anti-stable: Σ → X⁻¹ from every full rank; all others are saddles.
    expect(stabilityOf(nearest[0]!)).toBe(r === d ? "stable" : "unstable");
  }
});

test("linear attention at rest in the mean: the inverse of Bartels and Stewart's solution", () => {
  const d = 3;
  const A = positive(d, 9).map((value) => -value);
  const W = normals(d * d, 4, 0.3).map((value, k) => value + (k % (d + 1) === 0 ? 1.5 : 0));
  const model = {
    attention: { linear: { Q: rowsOf(A, d, d) } },
    feedforward: { affine: { W: rowsOf(W, d, d) } },
  };
  const X = lyapunov(
    transpose(W, d, d),
    A.map((value) => -2 * value),
    d,
  );
  const wanted = inverse(X, d);
  const { equilibria } = findEquilibria(flowOf(model, d), { ranks: [d] });
  const atRest = equilibria.filter(({ point }) => frobeniusNorm(point.mean) < 1e-9);
  expect(atRest).toHaveLength(1);
  // Rounding of two solves of condition 10.
  expect(frobeniusNorm(combine(atRest[0]!.point.cov, wanted, -1))).toBeLessThan(1e-11 * frobeniusNorm(wanted));
});

test.each(goldens.cases.map((one, k) => [k, one] as const))(
  "SciPy's fsolve, case %d: the same full-rank equilibria",
  (_, one) => {
    const d = one.W.length;
    const model = {
      attention: { [one.attention]: { Q: one.A, V: one.V } },
      feedforward: { affine: { W: one.W } },
    };
    const { equilibria } = findEquilibria(flowOf(model, d), { ranks: [d], startsPerRank: 120 });
    const within = equilibria.filter(({ point }) => {
      const values = symmetricEigenvalues(point.cov, d);
      return values[0]! > 1e-4 && values[d - 1]! < 1e4;
    });
    expect(within).toHaveLength(one.covariances.length);
    for (const rows of one.covariances) {
      const cov = Float64Array.from(rows.flat());
      const near = Math.min(
        ...within.map(({ point }) => frobeniusNorm(combine(point.cov, cov, -1)) / frobeniusNorm(cov)),
      );
      // What fsolve leaves at residuals below 1e-11, over the least eigenvalue of the linearisation.
      expect(near).toBeLessThan(1e-8);
    }
  },
);

test("a run of general V from beside the equilibrium called stable ends there, and one from beside the unstable does not", () => {
  const model = {
    attention: {
      softmax: {
        Q: { random: "ginibre", seed: 32 },
        K: { random: "ginibre", seed: 33 },
        V: { random: "ginibre", seed: 34 },
      },
    },
    feedforward: [{ affine: { W: { random: "ginibre", seed: 35 } } }, { affine: { W: scalar(0.1) } }],
  };
  const bound = bind(model, 2);
  const { equilibria } = findEquilibria(momentFlow(bound.model, 0, bound.initial.moments()), { ranks: [2] });
  expect(equilibria.map(stabilityOf)).toEqual(["stable", "unstable"]);
  const { problem } = bound.levels[0]!.level;
  const distances = equilibria.map(({ point, re }) => {
    const y0 = problem.y0.slice();
    y0.set(
      point.cov.map((value) => 0.98 * value),
      2,
    );
    // For 40 times the slowest rate.
    const span = [0, 40 / Math.abs(re[0]!)] as const;
    const { yEnd } = solve({ ...problem, y0 }, dop853.bind({}), {
      span,
      steps: adaptive({ rtol: 1e-11, atol: 1e-13 }),
    });
    return frobeniusNorm(combine(yEnd.slice(2), point.cov, -1)) / frobeniusNorm(point.cov);
  });
  // e⁻⁴⁰ of 2 % is left, and the run's own tolerance; the other goes to the stable one, far away.
  expect(distances[0]).toBeLessThan(1e-9);
  expect(distances[1]).toBeGreaterThan(0.1);
});

test("W = 0: members of cones of equilibria, with the direction of scale among those that vanish", () => {
  const V = [
    [-1, 0],
    [0, 1],
  ];
  // B = VΣA with A = e₁e₁ᵀ: every Σ on e₂ rests.
  const A = [
    [1, 0],
    [0, 0],
  ];
  const { equilibria } = findEquilibria(flowOf({ attention: { softmax: { Q: A, V } } }, 2), { ranks: [1] });
  expect(equilibria.length).toBeGreaterThan(0);
  for (const one of equilibria) {
    expect(vanishingCount(one)).toBeGreaterThan(0);
    expect(one.point.cov[0]!).toBeLessThan(1e-6 * one.point.cov[3]!);
  }
});

test("the same seed finds the same, another seed the same equilibria by other starts", () => {
  const model = {
    attention: { softmax: { Q: { random: "ginibre", seed: 8 }, V: { random: "ginibre", seed: 9 } } },
    feedforward: { affine: { W: { random: "ginibre", seed: 10 } } },
  };
  const flow = flowOf(model, 2);
  const [a, again, b] = [1, 1, 2].map((seed) => findEquilibria(flow, { ranks: [0, 1, 2], startsPerRank: 64, seed }));
  expect(again).toEqual(a);
  expect(b!.equilibria.map(({ point }) => point.rank)).toEqual(a!.equilibria.map(({ point }) => point.rank));
  b!.equilibria.forEach(({ point }, k) => {
    const other = a!.equilibria[k]!.point.cov;
    // Residuals of 1e-11|B| over a slowest rate of 1e-2|B|.
    expect(frobeniusNorm(combine(point.cov, other, -1))).toBeLessThan(1e-9 * (1 + frobeniusNorm(other)));
  });
});

describe("a cancel", () => {
  /** A signal that is raised when it has been asked so often. */
  const after = (asked: number) => {
    let left = asked;
    return {
      get aborted() {
        return left-- <= 0;
      },
    };
  };
  const ranks = [0, 1];

  test.each([0, 1, 7])("after %d starts: says so, and has what those starts found", (starts) => {
    const found = findEquilibria(bistable(-0.5), { ranks, cancel: after(starts) });
    expect(found.outcome).toEqual({ status: "stopped", event: "cancelled" });
    expect(found.tried).toBe(starts);
    expect(found.equilibria.length).toBeLessThanOrEqual(starts);
    expect(found.equilibria.reduce((sum, { hits }) => sum + hits, 0)).toBeLessThanOrEqual(starts);
  });

  test("that comes when all starts are made changes nothing", () => {
    const whole = findEquilibria(bistable(-0.5), { ranks });
    expect(whole).toMatchObject({ tried: 33, outcome: { status: "completed" } });
    expect(findEquilibria(bistable(-0.5), { ranks, cancel: after(33) })).toEqual(whole);
  });
});

describe("starts at which the closure gives up", () => {
  /** The flow on the line, whose closure gives up above a variance. */
  const fragile = (error: Error) => {
    const whole = bistable(-0.5);
    return {
      ...whole,
      field: (mean: Float64Array, cov: Float64Array) => {
        if (cov[0]! > 40) throw error;
        return whole.field(mean, cov);
      },
    };
  };
  const lost = new SolveError({ code: "no-convergence", who: "scaling", rule: "must converge", got: "none" });

  test("are kept with their reason, and the others find what there is", () => {
    const found = findEquilibria(fragile(lost), { ranks: [1] });
    const whole = findEquilibria(bistable(-0.5), { ranks: [1] });
    expect(found.failed.length).toBeGreaterThan(0);
    expect(found.failed[0]).toMatchObject({ rank: 1, code: "no-convergence", message: lost.message });
    expect(found.tried).toBe(32);
    expect(found.converged + found.failed.length).toBeLessThanOrEqual(32);
    expect(found.equilibria.map(({ point }) => point.cov[0])).toEqual(
      whole.equilibria.map(({ point }) => point.cov[0]),
    );
    const { search } = equilibriaJson(fragile(lost), found) as { search: Record<string, unknown> };
    const { start } = found.failed[0]!;
    const first = { rank: 1, start, message: lost.message };
    expect(search["failed"]).toEqual([{ code: "no-convergence", starts: found.failed.length, first }]);
  });

  test("a defect is no failed start", () => {
    expect(() => findEquilibria(fragile(new TypeError("a defect")), { ranks: [1] })).toThrow("a defect");
  });
});

test("a continuum counts once in what may be unseen, and the answer says so", () => {
  // As above: every Σ on e₂ rests, and each start finds another.
  const V = [
    [-1, 0],
    [0, 1],
  ];
  const A = [
    [1, 0],
    [0, 0],
  ];
  const flow = flowOf({ attention: { softmax: { Q: A, V } } }, 2);
  const found = findEquilibria(flow, { ranks: [1] });
  expect(found.equilibria.length).toBeGreaterThan(found.converged / 2);
  // A kind met by one start alone may be among them.
  expect(found.unseen).toBeLessThan(0.1);
  const { search } = equilibriaJson(flow, found) as { search: Record<string, unknown> };
  expect(search["note"]).toMatch("unseen counts each of their kinds");
  const isolated = findEquilibria(bistable(-0.5), { ranks: [1] });
  expect(equilibriaJson(bistable(-0.5), isolated)["search"]).not.toHaveProperty("note");
});
