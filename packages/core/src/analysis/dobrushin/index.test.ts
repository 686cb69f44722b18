import { describe, expect, test } from "vitest";
import { normals, rowsOf } from "../../../test/helpers/arrays.js";
import { analyzeExperiment, experiment, measuredGrowth, runExperiment } from "../../experiment/index.js";

interface Answer {
  readonly constant: number;
  readonly slopeInPosition: number;
  readonly slopeInLaw: number;
}

const d = 3;
const V = rowsOf(normals(d * d, 7, 0.6), d, d);
const Q = rowsOf(normals(d * d, 8, 0.6), d, d);
const kinds: [string, object][] = [
  ["softmax", { softmax: { beta: 1.5, Q, V } }],
  ["unnormalised", { unnormalised: { beta: 1.5, Q, V } }],
  ["shifted", { unnormalised: { beta: 1.5, Q, V, scaling: "shifted" } }],
  [
    "two heads",
    {
      softmax: {
        heads: [
          { V, beta: 0.5 },
          { Q, beta: 2 },
        ],
      },
    },
  ],
];

function bound(attention: object, seed: number, n = 5) {
  return experiment({
    model: { attention, feedforward: { affine: { W: { scale: 0.1 }, b: [0.1, 0, 0] } }, geometry: "sphere" },
    initial: { "uniform-sphere": { d, n, seed } },
    levels: { particles: {} },
  });
}

const unit = (v: Float64Array) => v.map((value) => value / Math.hypot(...v));
const angle = (x: Float64Array, y: Float64Array) => 2 * Math.asin(Math.hypot(...x.map((v, a) => v - y[a]!)) / 2);

describe.each(kinds)("%s", (_name, attention) => {
  const answer = analyzeExperiment(bound(attention, 1))["dobrushin"] as unknown as Answer;

  test("no velocity has a greater slope in the law", () => {
    let greatest = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { model, initial } = bound(attention, seed);
      const cloud = initial.cloud();
      const query = { ...cloud, m: 1, points: cloud.points.slice(0, d), weights: Float64Array.of(1) };
      const field = (points: Float64Array) => {
        const out = new Float64Array(d);
        model.fieldAt({ ...cloud, points }, query, 0, out, new Float64Array(d));
        model.geometry.tangent(query.points, out, 1, d);
        return out;
      };
      // The other tokens move by 1e-5; W₁ of the two clouds is at most the mean of the angles.
      const moved = cloud.points.slice();
      const push = normals(5 * d, 100 + seed, 1e-5);
      let transport = 0;
      for (let j = 0; j < 5; j++) {
        const there = unit(moved.slice(j * d, j * d + d).map((v, a) => v + push[j * d + a]!));
        transport += angle(there, moved.slice(j * d, j * d + d)) / 5;
        moved.set(there, j * d);
      }
      const [a, b] = [field(cloud.points), field(moved)];
      greatest = Math.max(greatest, Math.hypot(...a.map((v, k) => v - b[k]!)) / transport);
    }
    expect(greatest).toBeLessThan(answer.slopeInLaw);
    expect(greatest).toBeGreaterThan(0);
  });

  test("no two tokens draw apart faster in a given law", () => {
    let greatest = Number.NEGATIVE_INFINITY;
    for (let seed = 1; seed <= 40; seed++) {
      const { model, initial } = bound(attention, seed);
      const cloud = initial.cloud();
      const x = cloud.points.slice(0, d);
      const y = unit(x.map((v, a) => v + normals(d, 200 + seed, 1e-4)[a]!));
      const points = Float64Array.from([...x, ...y]);
      const queries = { m: 2, d, points, weights: Float64Array.of(0.5, 0.5) };
      const u = new Float64Array(2 * d);
      model.fieldAt(cloud, queries, 0, u, new Float64Array(2 * d));
      model.geometry.tangent(points, u, 2, d);
      // d/dt of the angle of a near pair, by the chord.
      let rate = 0;
      let square = 0;
      for (let a = 0; a < d; a++) {
        rate += (x[a]! - y[a]!) * (u[a]! - u[d + a]!);
        square += (x[a]! - y[a]!) ** 2;
      }
      greatest = Math.max(greatest, rate / square);
    }
    // The chord and the angle differ by 1e-8.
    expect(greatest).toBeLessThan(answer.slopeInPosition * (1 + 1e-6));
  });
});

test("on the circle it lies above what compare measures, and says so for every pair", () => {
  const one = experiment({
    model: { attention: { softmax: { beta: 1 } }, geometry: "sphere" },
    initial: { density: { circle: { expression: "1 + 0.5*cos(theta)" }, n: 64, seed: 2 } },
    levels: { "mean-field": { grid: 128 }, particles: {} },
    solve: { span: [0, 1] },
    compare: { metrics: ["circle-wasserstein"], every: 0.25, draws: 0 },
  });
  const { constant } = analyzeExperiment(one)["dobrushin"] as unknown as Answer;
  // β = 1, V = I: (1 + a) + (1 + 2a)e^{2a} at a = 1.
  expect(Math.abs(constant - (2 + 3 * Math.exp(2)))).toBeLessThan(1e-12);
  const growth = Object.values(measuredGrowth(runExperiment(one)))[0]!;
  for (const { rate } of Object.values(growth)) expect(rate).toBeLessThan(constant);
});

describe("in R^d, for laws within a ball", () => {
  const head = { beta: 0.4, Q, V };
  const cases: [string, object][] = [
    ["softmax", { softmax: head }],
    ["unnormalised", { unnormalised: { ...head, beta: 0.05 } }],
  ];
  const inSpace = (attention: object, seed: number, end = 0.5) =>
    experiment({
      model: { attention, feedforward: { affine: { W: { scale: -0.3 }, b: [0.1, 0, 0] } } },
      initial: { "uniform-sphere": { d, n: 5, seed } },
      levels: { particles: {} },
      solve: { span: [0, end] },
    });

  test.each(cases)("%s: no token leaves the ball, and no two clouds part faster", (_name, attention) => {
    const { constant, radius, radiusAtEnd } = analyzeExperiment(inSpace(attention, 1))["dobrushin"] as unknown as {
      readonly constant: number;
      readonly radius: number;
      readonly radiusAtEnd: number;
    };
    expect(Math.abs(radius - 1)).toBeLessThan(1e-15);
    const endOf = (points: Float64Array) => {
      const moved = experiment({
        ...(inSpace(attention, 1).spec as object),
        initial: { points: rowsOf(points, 5, d) },
      });
      return runExperiment(moved).levels["particles"]!.states["x"]!.data;
    };
    for (let seed = 1; seed <= 10; seed++) {
      const start = inSpace(attention, seed).initial.cloud().points;
      // Inwards, so that the second cloud is within the ball as well.
      const other = start.map((value, k) => value * (1 - 1e-4 * (1 + (k % 3))));
      const [a, b] = [endOf(start), endOf(other)];
      for (let i = 0; i < 5; i++) expect(Math.hypot(...a.subarray(i * d, i * d + d))).toBeLessThan(radiusAtEnd);
      // Clouds so near that tokens stay matched: W₁ is the mean of the distances.
      const gap = (x: Float64Array, y: Float64Array) => {
        let sum = 0;
        for (let i = 0; i < 5; i++) sum += Math.hypot(...[0, 1, 2].map((k) => x[i * d + k]! - y[i * d + k]!)) / 5;
        return sum;
      };
      expect(Math.log(gap(a, b) / gap(start, other)) / 0.5).toBeLessThan(constant);
    }
  });

  test("one head of softmax by hand: R = e^{vt}, C = ∫(va R² + v(1 + 2aR²)e^{2aR²})dt/T", () => {
    const end = 0.3;
    const one = experiment({
      model: { attention: { softmax: { beta: 0.5, V: { scale: 2 } } } },
      initial: { "uniform-sphere": { d, n: 4 } },
      levels: { particles: {} },
      solve: { span: [0, end] },
    });
    const { constant, radiusAtEnd } = analyzeExperiment(one)["dobrushin"] as unknown as Record<string, number>;
    const count = 4000;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const square = 0.5 * Math.exp((4 * end * (k + 0.5)) / count);
      sum += (2 * square + 2 * (1 + 2 * square) * Math.exp(2 * square)) / count;
    }
    // Midpoints of 4000 intervals are good to 1e-7; the flow to 1e-10.
    expect(Math.abs(constant! / sum - 1)).toBeLessThan(1e-6);
    expect(Math.abs(radiusAtEnd! - Math.exp(0.6))).toBeLessThan(1e-8);
  });

  test("a bound beyond float64 is said to be; normalisations and Gaussians are left out", () => {
    const far = {
      points: [
        [30, 0],
        [0, 30],
      ],
    };
    const of = (model: object, initial: object = far) =>
      analyzeExperiment(experiment({ model, initial, levels: { particles: {} } }))["dobrushin"];
    expect(of({ attention: "softmax" })).toMatchObject({ verdict: "constant beyond float64", radius: 30 });
    expect(of({ attention: "softmax", normalization: "pre-ln" })).toBeUndefined();
    expect(of({ attention: "softmax" }, { gaussian: { mean: [0, 0], n: 4 } })).toBeUndefined();
  });
});
