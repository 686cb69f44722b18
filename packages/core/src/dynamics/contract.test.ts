import { describe, expect, test } from "vitest";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { distanceMax } from "../../test/helpers/slope.js";
import { experiment } from "../experiment/index.js";
import { momentsOf } from "../foundation/law/index.js";
import { dynamicsCatalog } from "./catalog.js";
import type { BoundLevel, LevelPlugin } from "./contract.js";

const members = membersOf<LevelPlugin>(import.meta.glob("./*/index.ts", { eager: true }));

/** In R²: softmax with two heads and an affine feed-forward, on Gaussian tokens. */
const flat = {
  model: {
    attention: {
      softmax: {
        heads: [
          {
            V: [
              [0.5, 0.2],
              [0, 0.4],
            ],
          },
          {
            Q: [
              [1, 0.3],
              [0, 1],
            ],
            beta: 0.5,
          },
        ],
      },
    },
    feedforward: {
      affine: {
        W: [
          [-0.5, 0.2],
          [0, -1],
        ],
        b: [0.1, 0],
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
      n: 40,
      seed: 2,
    },
  },
};

/** On the sphere: exchangeable tokens with one overlap. */
const round = {
  model: { attention: { softmax: { beta: 2 } }, geometry: "sphere" },
  initial: { "two-token": { d: 3, overlap: 0.2 } },
};

/** The first of these experiments that has the level. */
function documentFor(name: string) {
  const { obstacle } = dynamicsCatalog.find((one) => one.name === name)!;
  const { model, initial } = experiment({ ...flat, levels: { particles: {} } });
  return obstacle(model, initial) === undefined ? flat : round;
}

function level(name: string): BoundLevel {
  return experiment({ ...documentFor(name), levels: { [name]: {} } }).levels[0]!.level;
}

const momentsAt = (one: BoundLevel, y: Float64Array) => {
  const law = one.law(y);
  return law.kind === "gaussian" ? law : momentsOf(law);
};

test("the catalog holds exactly the folders", () => expectCatalog(dynamicsCatalog, members));

describe.each(members)("level $folder", (member) => {
  const bound = level(member.folder);
  const { problem } = bound;

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(bound.name).toBe(member.folder);
    expect(bound.kind).toBe(bound.law(problem.y0).kind);
  });

  test("its layout covers the state once", () => {
    const covered = new Int32Array(problem.y0.length);
    for (const { offset, shape } of Object.values(problem.layout)) {
      const size = shape.reduce((a, b) => a * b, 1);
      for (let i = offset; i < offset + size; i++) covered[i]!++;
    }
    expect(covered.every((times) => times === 1)).toBe(true);
  });

  test("its repeats start apart, the first one where the level itself does", () => {
    if (bound.repeat === undefined) return;
    expect(bound.repeat(0).y0).toEqual(problem.y0);
    expect(distanceMax(bound.repeat(1).y0, problem.y0)).toBeGreaterThan(1e-3);
    expect(bound.repeat(1).y0).toEqual(bound.repeat(1).y0);
  });

  test("its stack moves every system bit for bit as the level moves it alone", () => {
    if (bound.stacked === undefined || bound.repeat === undefined) return;
    const size = problem.y0.length;
    const stack = bound.stacked(2, 3);
    const together = new Float64Array(3 * size);
    stack.drift(0.3, stack.y0, together);
    for (const k of [0, 1, 2]) {
      const one = bound.repeat(2 + k);
      expect(stack.y0.subarray(k * size, (k + 1) * size)).toEqual(one.y0);
      const alone = new Float64Array(size);
      one.drift(0.3, one.y0, alone);
      expect(together.subarray(k * size, (k + 1) * size)).toEqual(alone);
    }
  });

  test("the law of a state follows the state", () => {
    const y = problem.y0.slice();
    const before = momentsAt(bound, y).cov.slice();
    expect(momentsAt(bound, problem.y0).cov).toEqual(before);
    for (let i = 0; i < y.length; i++) y[i]! *= 0.9;
    // A tenth less in every number of the state moves some moment by a hundredth or so.
    expect(distanceMax(momentsAt(bound, y).cov, before)).toBeGreaterThan(0.003);
  });

  test("the drift overwrites its output, leaves its input alone and keeps nothing between calls", () => {
    const y = problem.y0.map((value, i) => value + 0.01 * Math.sin(i));
    const before = y.slice();
    const once = new Float64Array(y.length).fill(Number.NaN);
    problem.drift(0.3, y, once);
    expect(once.every(Number.isFinite)).toBe(true);
    expect(y).toEqual(before);
    const other = new Float64Array(y.length);
    problem.drift(0.1, problem.y0, other);
    const again = new Float64Array(y.length).fill(7);
    problem.drift(0.3, y, again);
    expect(again).toEqual(once);
  });

  test("starts from the initial law: its own moments, to sampling error on levels of tokens", () => {
    const start = momentsAt(bound, problem.y0);
    const document = documentFor(member.folder);
    const exact = experiment({ ...document, levels: { [member.folder]: {} } }).initial.moments();
    // 40 tokens: five standard errors of √2/√40 = .22 at most; tokens placed by hand and moments are exact to rounding.
    const slack = bound.kind === "gaussian" || document === round ? 1e-15 : 1.1;
    expect(distanceMax(start.mean, exact.mean)).toBeLessThan(slack);
    expect(distanceMax(start.cov, exact.cov)).toBeLessThan(slack);
  });

  test("events are armed at the start: no crossing has happened yet", () => {
    for (const event of bound.events) expect(event.g(0, problem.y0)).toBeLessThan(0);
  });
});

describe.each(members)("level $folder and noise", (member) => {
  const quiet = documentFor(member.folder);
  const noisy = (sigma: number): BoundLevel => {
    const model = { ...quiet.model, noise: { independent: { sigma } } };
    const solve = { method: "heun-stratonovich", steps: { fixed: { dt: 0.1 } } };
    return experiment({ ...quiet, model, levels: { [member.folder]: {} }, solve }).levels[0]!.level;
  };

  test("carries independent noise, as paths or in its drift, or refuses it", () => {
    if (!member.plugin.noise?.includes("independent")) {
      expect(() => noisy(0.5)).toThrow(`level ${member.folder}: it does not carry the noise independent`);
      return;
    }
    const { problem } = noisy(0.5);
    expect(problem.diffusion === undefined).toBe(noisy(0).problem.diffusion === undefined);
    if (problem.diffusion !== undefined) {
      const out = new Float64Array(problem.y0.length);
      problem.diffusion.apply(0.1, problem.y0, new Float64Array(problem.diffusion.noiseDimension).fill(1), out);
      expect(Math.hypot(...out)).toBeGreaterThan(0.1);
      return;
    }
    const [moved, still] = [0.5, 0].map((sigma) => {
      const out = new Float64Array(problem.y0.length);
      noisy(sigma).problem.drift(0.1, problem.y0, out);
      return out;
    });
    expect(distanceMax(moved!, still!)).toBeGreaterThan(0.01);
  });

  test("noise of strength 0 leaves its drift as it is, to the bit", () => {
    if (!member.plugin.noise?.includes("independent")) return;
    const [out, plain] = [noisy(0), level(member.folder)].map(({ problem }) => {
      const rates = new Float64Array(problem.y0.length);
      problem.drift(0.1, problem.y0, rates);
      return rates;
    });
    expect(out).toEqual(plain);
  });
});

test("levels of tokens start from the same tokens with the same velocity (in R^d)", () => {
  const [one, two] = [level("layers"), level("particles")];
  expect(one.problem.y0).toEqual(two.problem.y0);
  const [u, v] = [new Float64Array(one.problem.y0.length), new Float64Array(one.problem.y0.length)];
  one.problem.drift(0, one.problem.y0, u);
  two.problem.drift(0, two.problem.y0, v);
  expect(u).toEqual(v);
});

test("one layer on the sphere is x ↦ N(x + τΓ(x)) with the field not projected", () => {
  const points = [
    [1, 0],
    [0, 1],
    [0.6, 0.8],
  ];
  const spec = {
    model: { attention: { softmax: { beta: 2 } }, geometry: "sphere" },
    initial: { points },
    levels: { layers: { L: 1 } },
  };
  const bound = experiment(spec).levels[0]!.level;
  const drift = new Float64Array(6);
  bound.problem.drift(0, bound.problem.y0, drift);
  points.forEach((x, i) => {
    const weights = points.map((y) => Math.exp(2 * (x[0]! * y[0]! + x[1]! * y[1]!)));
    const total = weights.reduce((a, b) => a + b, 0);
    for (let a = 0; a < 2; a++) {
      const expected = points.reduce((sum, y, j) => sum + (weights[j]! / total) * y[a]!, 0);
      expect(drift[2 * i + a]!).toBeCloseTo(expected, 14);
    }
  });
});
