import { describe, expect, test } from "vitest";
import { membersOf } from "../../test/helpers/family.js";
import { logSlope, rms } from "../../test/helpers/slope.js";
import { brownianPath } from "../foundation/random/brownian.js";
import {
  adaptive,
  type Diffusion,
  fixed,
  inItoSense,
  inStratonovichSense,
  layers,
  type Method,
  type MethodPlugin,
  type Problem,
  solve,
} from "../solve/index.js";

const members = membersOf<MethodPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
const bound = members.map(({ folder, plugin }) => ({ folder, method: plugin.bind(plugin.params.parse({})) }));
const stochastic = bound.filter(({ method }) => method.traits?.noise !== undefined);
const deterministic = bound.filter(({ method }) => method.traits?.noise === undefined);

interface Test {
  readonly problem: Problem;
  /** The solution at t = 1 from the path, where it has a closed form in W(1). */
  exact?(W: Float64Array): number[];
}

function stochasticProblem(y0: number[], drift: Problem["drift"], diffusion: Diffusion): Problem {
  return { y0: Float64Array.from(y0), layout: {}, drift, diffusion };
}

/** dy_k = a y_k dt + b_k y_k dW_k in the Itô sense: y_k = exp((a − b_k²/2)t + b_k W_k). */
const geometric: Test = {
  problem: stochasticProblem(
    [1, 1],
    (_t, y, out) => {
      for (let k = 0; k < 2; k++) out[k] = 0.3 * y[k]!;
    },
    {
      noiseDimension: 2,
      kind: "diagonal",
      calculus: "ito",
      apply: (_t, y, dW, out) => {
        out[0] = 0.8 * y[0]! * dW[0]!;
        out[1] = 0.5 * y[1]! * dW[1]!;
      },
    },
  ),
  exact: (W) => [Math.exp(0.3 - 0.32 + 0.8 * W[0]!), Math.exp(0.3 - 0.125 + 0.5 * W[1]!)],
};

/** dy_1 = (b dW_1 + c dW_2) y_1, both noises on one component: commutative and not diagonal. */
const commutative: Test = {
  problem: stochasticProblem([1], (_t, _y, out) => out.fill(0), {
    noiseDimension: 2,
    kind: "commutative",
    calculus: "stratonovich",
    apply: (_t, y, dW, out) => {
      out[0] = y[0]! * (0.6 * dW[0]! - 0.5 * dW[1]!);
    },
  }),
  exact: (W) => [Math.exp(0.6 * W[0]! - 0.5 * W[1]!)],
};

/** dy = −y dt + (0.7 dW_1, 0.3 dW_1 + 0.4 dW_2): Ornstein–Uhlenbeck. */
const additive: Test = {
  problem: stochasticProblem(
    [1, -0.5],
    (_t, y, out) => {
      out[0] = -y[0]! + 0.5 * y[1]!;
      out[1] = -2 * y[1]!;
    },
    {
      noiseDimension: 2,
      kind: "additive",
      calculus: "ito",
      apply: (_t, _y, dW, out) => {
        out[0] = 0.7 * dW[0]!;
        out[1] = 0.3 * dW[0]! + 0.4 * dW[1]!;
      },
    },
  ),
};

/** dy_1 = dW_1, dy_2 = y_1 dW_2: (∇g_2)g_1 ≠ (∇g_1)g_2, and the error is the Lévy area that increments do not know. */
const general: Test = {
  problem: stochasticProblem([1, 0], (_t, _y, out) => out.fill(0), {
    noiseDimension: 2,
    kind: "general",
    calculus: "stratonovich",
    apply: (_t, y, dW, out) => {
      out[0] = dW[0]!;
      out[1] = y[0]! * dW[1]!;
    },
  }),
};

const kinds = { additive, diagonal: geometric, commutative, general } as const;

const inSenseOf = (method: Method, problem: Problem): Problem =>
  method.traits!.noise!.calculus === "ito" ? inItoSense(problem) : inStratonovichSense(problem);

const stateAt = (problem: Problem, method: Method, L: number, run: number) =>
  solve(problem, method, { span: [0, 1], steps: layers(L), seed: 3, run }).yEnd;

/** Root mean square error at t = 1 over paths, against the closed form or the same path in much finer steps. */
function strongErrors(method: Method, { problem, exact }: Test, counts: readonly number[], runs: number): number[] {
  const own = inSenseOf(method, problem);
  const errors = counts.map((): number[] => []);
  const W = new Float64Array(own.diffusion!.noiseDimension);
  for (let run = 0; run < runs; run++) {
    brownianPath({ seed: 3, purpose: "diffusion", run }, W.length).increment(0, 1, W);
    const truth = exact?.(W) ?? stateAt(own, method, 16 * counts.at(-1)!, run);
    counts.forEach((count, k) => {
      const y = stateAt(own, method, count, run);
      errors[k]!.push(Math.hypot(...y.map((value, i) => value - truth[i]!)));
    });
  }
  return errors.map(rms);
}

const slopeOf = (counts: readonly number[], errors: readonly number[]) =>
  logSlope(
    counts.map((count) => 1 / count),
    errors,
  );

describe.each(stochastic)("$folder", ({ method }) => {
  const { strongOrder, weakOrder } = method.traits!.noise!;

  test.each(["additive", "diagonal", "commutative", "general"] as const)("strong order for %s noise", (kind) => {
    const counts = [16, 32, 64, 128];
    const { exact } = kinds[kind] as Test;
    const slope = slopeOf(counts, strongErrors(method, kinds[kind], counts, exact === undefined ? 200 : 1500));
    // The paths give each error to some per cent and share their noise; the rest is the next term in the step.
    expect(Math.abs(slope - strongOrder[kind])).toBeLessThan(0.12);
  });

  test("weak order: the mean of a geometric Brownian motion and its square", () => {
    // The same numbers for all step sizes, and the exact solution of the same path taken off: only the bias is left.
    const counts = [2, 4, 8];
    const own = inSenseOf(method, geometric.problem);
    const W = new Float64Array(2);
    const bias = counts.map(() => 0);
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      brownianPath({ seed: 3, purpose: "diffusion", run }, 2).increment(0, 1, W);
      const truth = geometric.exact!(W);
      counts.forEach((count, k) => {
        const y = stateAt(own, method, count, run);
        bias[k]! += (y[0]! ** 2 - truth[0]! ** 2) / runs;
      });
    }
    // 4000 paths leave the bias at the finest step uncertain by about a tenth of itself.
    expect(Math.abs(slopeOf(counts, bias.map(Math.abs)) - weakOrder)).toBeLessThan(0.35);
  });

  test("the same path under refinement: fine and coarse runs agree better the finer they are", () => {
    const own = inSenseOf(method, geometric.problem);
    const ends = [16, 64, 256, 1024].map((count) => stateAt(own, method, count, 0)[0]!);
    const gaps = ends.slice(0, -1).map((value) => Math.abs(value - ends.at(-1)!));
    expect(gaps[2]!).toBeLessThan(gaps[0]!);
    // √(1/256)·0.8²: another path would differ by its standard deviation, about one.
    expect(gaps[2]!).toBeLessThan(0.1);
  });

  test("bit-identical in any order of runs, and different for different runs and seeds", () => {
    const own = inSenseOf(method, general.problem);
    const forward = [0, 1, 2, 3].map((run) => stateAt(own, method, 20, run));
    const backward = [3, 2, 1, 0].map((run) => stateAt(own, method, 20, run)).reverse();
    expect(backward).toEqual(forward);
    expect(new Set(forward.map((y) => y[0])).size).toBe(4);
    const other = solve(own, method, { span: [0, 1], steps: layers(20), seed: 4 }).yEnd;
    expect(other[0]).not.toBe(forward[0]![0]);
  });

  test("breakpoints do not change the path", () => {
    const own = inSenseOf(method, geometric.problem);
    const whole = solve(own, method, { span: [0, 1], steps: fixed(1 / 64), seed: 3 }).yEnd;
    const cut = solve({ ...own, breakpoints: [0.25, 0.5] }, method, {
      span: [0, 1],
      steps: fixed(1 / 64),
      seed: 3,
    }).yEnd;
    whole.forEach((value, i) => {
      expect(Math.abs(cut[i]! - value)).toBeLessThan(1e-12);
    });
  });

  test("noise whose strength jumps is taken from the right side of the jump", () => {
    // σ = 1 before 0.5 and 3 after: y(1) = W(0.5) + 3(W(1) − W(0.5)), exactly at any step that ends at the jump.
    const jumping = stochasticProblem([0], (_t, _y, out) => out.fill(0), {
      noiseDimension: 1,
      kind: "additive",
      calculus: "ito",
      apply: (t, _y, dW, out) => {
        out[0] = (t < 0.5 ? 1 : 3) * dW[0]!;
      },
    });
    const { yEnd } = solve({ ...jumping, breakpoints: [0.5] }, method, { span: [0, 1], steps: fixed(0.3), seed: 3 });
    const path = brownianPath({ seed: 3, purpose: "diffusion" }, 1);
    const [first, second] = [new Float64Array(1), new Float64Array(1)];
    path.increment(0, 0.5, first);
    path.increment(0.5, 1, second);
    expect(Math.abs(yEnd[0]! - first[0]! - 3 * second[0]!)).toBeLessThan(1e-14);
  });

  test("refuses the other calculus unless the noise is additive, and adaptive steps", () => {
    const wrong = method.traits!.noise!.calculus === "ito" ? "stratonovich" : "ito";
    const flip = (problem: Problem): Problem => ({
      ...problem,
      diffusion: { ...problem.diffusion!, calculus: wrong },
    });
    const run = (problem: Problem) => solve(problem, method, { span: [0, 1], steps: fixed(0.1) });
    expect(() => run(flip(geometric.problem))).toThrow("sense");
    expect(run(flip(additive.problem)).outcome.status).toBe("completed");
    const steps = adaptive({ rtol: 1e-3, atol: 1e-3 });
    expect(() => solve(additive.problem, method, { span: [0, 1], steps })).toThrow("no error estimate");
  });
});

test.each(deterministic)("$folder refuses a problem with noise", ({ method }) => {
  expect(() => solve(additive.problem, method, { span: [0, 1], steps: fixed(0.1) })).toThrow(
    "it integrates equations without noise",
  );
});
