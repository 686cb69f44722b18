import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { analyzeExperiment, experiment, runExperiment } from "../../experiment/index.js";
import { pairTime } from "../shared/pair-time.js";

interface Answer {
  readonly verdict: string;
  readonly clustersAtStart: number;
  readonly clustersAtEnd: number;
  readonly merges: readonly {
    readonly t: number;
    readonly tError: number;
    readonly clusters: number;
    readonly joined: readonly { readonly cluster: number; readonly tokens: number; readonly into: number }[];
  }[];
  readonly plateaus: readonly {
    readonly from: number;
    readonly to: number;
    readonly clusters: number;
    readonly sizes: readonly number[];
    readonly staircase: number;
    readonly energy: number;
  }[];
  readonly next?: { readonly clusters: readonly number[]; readonly angle: number; readonly after: number };
}

const circle = (angles: readonly number[]) => ({ points: angles.map((a) => [Math.cos(a), Math.sin(a)]) });

function spec(angles: readonly number[], beta: number, end: number, solve: object = {}) {
  return experiment({
    model: { attention: { softmax: { beta } }, geometry: "sphere" },
    initial: circle(angles),
    levels: { particles: {} },
    solve: { span: [0, end], ...solve },
    observe: { "merge-heights": { at: { range: [1, end], count: 30, scale: "log" } } },
  });
}

const answerOf = (one: ReturnType<typeof spec>) => analyzeExperiment(one)["metastability"] as unknown as Answer;

/** ½∫(e^{β(1−cos θ)} + 1)/sin θ dθ by the midpoint rule in log θ: another rule in another variable. */
function twoTokenTime(beta: number, from: number, to: number): number {
  const count = 200_000;
  const h = Math.log(from / to) / count;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const angle = to * Math.exp((k + 0.5) * h);
    sum += ((Math.exp(beta * (1 - Math.cos(angle))) + 1) / Math.sin(angle)) * angle * h;
  }
  return sum / 2;
}

describe("two tokens", () => {
  test.each([
    [1, 2],
    [8, 1],
    [20, Math.PI / 2],
    [20, 3],
  ])("the time of a pair is that of the scalar equation: β = %d, angle %d", (beta, angle) => {
    const exact = twoTokenTime(beta, angle, 0.01);
    // Midpoint with 2·10⁵ panels: (βh)²/24 with h = 3e-5.
    expect(Math.abs(pairTime({ beta, masses: [1, 1] }, angle, 0.01) / exact - 1)).toBeLessThan(1e-7);
  });

  test.each([4, 12, 20])("merge when quadrature says, within tError: β = %d at a right angle", (beta) => {
    const exact = twoTokenTime(beta, Math.PI / 2, 0.01);
    const { verdict, merges } = answerOf(spec([0, Math.PI / 2], beta, Math.exp(20)));
    expect(verdict).toBe("one cluster");
    expect(merges).toHaveLength(1);
    expect(merges[0]!.joined).toEqual([{ cluster: 1, tokens: 1, into: 0 }]);
    const { t, tError } = merges[0]!;
    expect(Math.abs(t - exact)).toBeLessThan(tError + 1e-7 * exact);
    // The error is told to be small, too: the coarser of two runs at 1e-6 and 1e-8.
    expect(tError / t).toBeLessThan(1e-3);
  });

  test("wait as long as e^{20(1 − cos θ)} asks, and the answer says for how long still", () => {
    const angle = 2.5;
    const found = answerOf(spec([0, angle], 20, 1e6));
    expect(found).toMatchObject({ verdict: "metastable", clustersAtEnd: 2, merges: [] });
    const exact = twoTokenTime(20, angle, 0.01);
    // e^{36} is ten decades beyond the span; the tokens have moved by e^{−36}·10⁶.
    expect(Math.abs(found.next!.after / exact - 1)).toBeLessThan(1e-6);
    expect(found.next!.clusters).toEqual([0, 1]);
  });

  test("unequal masses close at −θ̇ = sin θ·(b/(a e^{β(1−cos θ)} + b) + a/(b e^{β(1−cos θ)} + a))", () => {
    // Five tokens in two places are two clusters of masses 2 and 3.
    const at = spec([0, 0, 1.2, 1.2, 1.2], 6, 1000);
    const { merges, clustersAtStart } = answerOf(at);
    expect(clustersAtStart).toBe(2);
    const exact = pairTime({ beta: 6, masses: [2, 3] }, 1.2, 0.01);
    expect(Math.abs(merges[0]!.t - exact)).toBeLessThan(merges[0]!.tError + 1e-7 * exact);
  });
});

describe("four tokens on the circle", () => {
  const golden = JSON.parse(readFileSync(new URL("./goldens.json", import.meta.url), "utf8")) as {
    beta: number;
    start: number[];
    end: number;
    merges: number[];
  };
  const found = answerOf(spec(golden.start, golden.beta, golden.end));

  test("merge in the order of their angles, at the depths SciPy finds", () => {
    expect(found.merges.map(({ clusters }) => clusters)).toEqual([3, 2]);
    expect(found.merges.map(({ joined }) => [joined[0]!.cluster, joined[0]!.into])).toEqual([
      [1, 0],
      [3, 2],
    ]);
    golden.merges.forEach((t, k) => {
      const { t: own, tError } = found.merges[k]!;
      // Radau at 1e-11.
      expect(Math.abs(own - t)).toBeLessThan(tError + 1e-9 * t);
      expect(tError / t).toBeLessThan(1e-4);
    });
  });

  test("are followed where an analysis is asked for, not beside every run", () => {
    const one = spec([0, 1], 1, 2);
    expect(Object.keys(analyzeExperiment(one, { leaveOut: ["integrates"] }))).not.toContain("metastability");
    expect(Object.keys(analyzeExperiment(one))).toContain("metastability");
  });

  test("stand on a staircase of energy Σα² in between", () => {
    expect(found.verdict).toBe("metastable");
    const [, second, third] = found.plateaus;
    expect(second).toMatchObject({ clusters: 3, sizes: [2, 1, 1], staircase: 0.375 });
    expect(third).toMatchObject({ clusters: 2, sizes: [2, 2], staircase: 0.5 });
    // What clusters see of each other at β = 20 and angles of 1.2 and more: e^{−20·.64} = 3e-6.
    for (const one of [second!, third!]) expect(Math.abs(one.energy - one.staircase)).toBeLessThan(3e-6);
  });

  test("the heights along a run in log time count the clusters of the tree", () => {
    const run = spec(golden.start, golden.beta, golden.end, { method: "rodas4", time: { log: {} } });
    const { t, value } = runExperiment(run).levels["particles"]!.series["merge-heights"]!;
    t.forEach((depth, k) => {
      const count = 1 + Array.from(value.data.subarray(3 * k, 3 * k + 3)).filter((height) => height > 0.01).length;
      expect(count).toBe(4 - golden.merges.filter((at) => at < depth).length);
    });
  });
});

test("log time is refused at fixed steps, with the place", () => {
  const document = { method: "rk4", steps: { fixed: { dt: 0.1 } }, time: { log: {} } };
  expect(() => spec([0, 1], 1, 1, document)).toThrow("solve.time: a change of time needs adaptive steps");
});

test("times at equal factors: both ends exactly, the middle their geometric mean", () => {
  const one = experiment({
    model: { attention: "softmax", geometry: "sphere" },
    initial: circle([0, 1]),
    levels: { particles: {} },
    solve: { span: [0, 100] },
    save: { at: { range: [0.01, 100], count: 3, scale: "log" } },
  });
  const [first, middle, last] = one.saveAt as number[];
  expect([first, last]).toEqual([0.01, 100]);
  // One exponential and one logarithm.
  expect(Math.abs(middle! - 1)).toBeLessThan(1e-14);
});
