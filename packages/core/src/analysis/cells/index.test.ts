import { describe, expect, test } from "vitest";
import { normals, rowsOf } from "../../../test/helpers/arrays.js";
import { distanceMax } from "../../../test/helpers/slope.js";
import { analyzeExperiment, experiment, runExperiment } from "../../experiment/index.js";

const pull = { affine: { W: { scale: -1 } } };

interface Cells {
  readonly verdict: string;
  readonly cells: readonly { readonly leader: number; readonly tokens: number }[];
  readonly settled: number;
  readonly chained: number;
  readonly tied: number;
}

function bound(points: readonly (readonly number[])[], model: object = { feedforward: pull }, solve: object = {}) {
  return experiment({
    model: { attention: "hardmax", ...model },
    initial: { points },
    levels: { particles: {} },
    solve: { span: [0, 3], ...solve },
  });
}

const cellsOf = (one: ReturnType<typeof bound>) => analyzeExperiment(one)["cells"] as unknown as Cells | undefined;
const endOf = (one: ReturnType<typeof bound>) => {
  const { outcome, states } = runExperiment(one).levels["particles"]!;
  expect(outcome).toEqual({ status: "completed" });
  return states["x"]!.data;
};

describe("settled tokens go straight to their vertex", () => {
  const square = [
    [4, 4],
    [-4, 4],
    [-4, -4],
    [4, -4],
  ];
  const inner = rowsOf(normals(60, 3), 30, 2);
  const all = [...square, ...inner];
  const corner = ([x, y]: readonly number[]) => [x! > 0 ? 4 : -4, y! > 0 ? 4 : -4];

  test("the corners of a square share the plane by quadrants", () => {
    const found = cellsOf(bound(all))!;
    expect(found).toMatchObject({ verdict: "settled", settled: 34, chained: 0, tied: 0 });
    for (const { leader, tokens } of found.cells) {
      expect(tokens).toBe(all.filter((one) => String(corner(one)) === String(square[leader])).length);
    }
  });

  test("x(t) = e^{−t}x + (1 − e^{−t})v under W = −I", () => {
    const decay = Math.exp(-3);
    const exact = all.flatMap((one) => one.map((value, a) => decay * value + (1 - decay) * corner(one)[a]!));
    // The error of tsit5 at rtol 1e-8 over three units of depth.
    expect(distanceMax(endOf(bound(all)), exact)).toBeLessThan(1e-6);
  });

  test("x(t) = x + (e^t − 1)v without a feed-forward", () => {
    const exact = all.flatMap((one) => one.map((value, a) => value + (Math.exp(3) - 1) * corner(one)[a]!));
    expect(cellsOf(bound(all, {}))).toMatchObject({ verdict: "settled", settled: 34 });
    // The same, for tokens that have grown to 80.
    expect(distanceMax(endOf(bound(all, {})), exact)).toBeLessThan(2e-5);
  });
});

/** Token c looks at k, the highest; k is a vertex of the hull, but looks at a, and passes c on to a. */
const [a, k, c] = [
  [10, 1],
  [2, 1.2],
  [0, 0.5],
] as const;
const chain = [a, k, c, [-10, 0]];

describe("a vertex that does not lead itself", () => {
  test("moves, and what follows it is a chain, though KᵀQ = I", () => {
    expect(cellsOf(bound(chain))).toMatchObject({ verdict: "chains", settled: 3, chained: 1, tied: 0 });
  });

  const edge = [a[0] - k[0], a[1] - k[1]] as const;
  /** e^t c(t) while c follows k: c + tk + (e^t − 1 − t)a. */
  const scaled = (t: number) => [0, 1].map((i) => c[i]! + t * k[i]! + (Math.exp(t) - 1 - t) * a[i]!);

  /** Where ⟨c(t), a − k(t)⟩ = 0, by bisection. */
  function switchTime(): number {
    let [low, high] = [0, 1];
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      const [x, y] = scaled(middle);
      if (x! * edge[0] + y! * edge[1] < 0) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  /** c at t after the switch at s: straight on to a. */
  function exactEnd(t: number): number[] {
    const s = switchTime();
    const at = scaled(s).map((value) => Math.exp(-s) * value);
    return at.map((value, i) => Math.exp(s - t) * value + (1 - Math.exp(s - t)) * a[i]!);
  }

  test.each(["tsit5", "dop853"])("%s finds the switch of the follower, to its own tolerance", (method) => {
    expect(switchTime()).toBeGreaterThan(1e-3);
    const steps = { adaptive: { rtol: 1e-11, atol: 1e-11 } };
    const end = endOf(bound(chain, undefined, { method, steps }));
    // 1e-11 a step for tokens of size ten, tens of steps.
    expect(distanceMax(end.subarray(4, 6), exactEnd(3))).toBeLessThan(1e-8);
  });

  test("rk4 at fixed steps goes over the jump, with an error of the size of a step", () => {
    const error = (dt: number) =>
      distanceMax(
        endOf(bound(chain, undefined, { method: "rk4", steps: { fixed: { dt } } })).subarray(4, 6),
        exactEnd(3),
      );
    // The step that holds the switch has an error of size dt times the jump times a part of the step that depends on where
    // the switch falls; smooth rk4 would be at 1e-9 here.
    expect(error(0.01)).toBeLessThan(0.1);
    expect(error(0.01)).toBeGreaterThan(1e-7);
    expect(error(0.0001)).toBeLessThan(1e-3);
  });

  test("softmax at large β follows the same path", () => {
    const soft = experiment({
      model: { attention: { softmax: { beta: 1000 } }, feedforward: pull },
      initial: { points: chain },
      levels: { particles: {} },
      solve: { span: [0, 3] },
    });
    // Near the switch softmax mixes k and a over a depth of about 1/β divided by the slope of the gap, here 16.
    expect(distanceMax(endOf(soft).subarray(4, 6), exactEnd(3))).toBeLessThan(10 / 1000);
  });
});

test("on the sphere with Q = K = V = I every token leads itself and nothing moves", () => {
  const one = experiment({
    model: { attention: "hardmax", geometry: "sphere" },
    initial: { "uniform-sphere": { d: 3, n: 20, seed: 4 } },
    levels: { particles: {}, layers: { L: 5 } },
  });
  const { levels } = runExperiment(one);
  const start = one.initial.cloud().points;
  // P_x x = 0 to rounding, and a layer is x ← 1.2x/|1.2x|.
  for (const level of ["particles", "layers"]) {
    expect(distanceMax(levels[level]!.states["x"]!.data, start)).toBeLessThan(1e-14);
  }
});

test("levels that see the support of a law as cells or nodes are refused in words", () => {
  const on = (levels: object) => () =>
    experiment({ model: { attention: "hardmax" }, initial: { gaussian: { mean: [0], cov: [[1]], n: 8 } }, levels });
  expect(on({ "mean-field": {} })).toThrow("hardmax attention looks at the support of the law");
  expect(on({ "gaussian-projection": {} })).toThrow("hardmax attention looks at the support of the law");
  expect(on({ "gaussian-moments": {} })).toThrow("hardmax attention has no Gaussian closure");
});
