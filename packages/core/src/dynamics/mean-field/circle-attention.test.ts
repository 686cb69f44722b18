import { describe, expect, test } from "vitest";
import { distanceMax } from "../../../test/helpers/slope.js";
import type { AttentionPlugin } from "../../attention/contract.js";
import { softmax } from "../../attention/softmax/index.js";
import { unnormalised } from "../../attention/unnormalised/index.js";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { ownLinearAlgebra } from "../../foundation/linear-algebra/index.js";
import { stream } from "../../foundation/random/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import { sphere } from "../../geometry/sphere/index.js";
import { none } from "../../masks/none/index.js";
import { createModel, type Model } from "../../model/index.js";
import { none as noNoise } from "../../noise/none/index.js";
import { none as noNormalization } from "../../normalization/none/index.js";
import { gridOver } from "./chart.js";
import { circleChart } from "./circle.js";
import { modelOnCircle, onGrid } from "./circle-attention.js";
import { modelOnCirclePoints } from "./circle-harmonics.js";

const turned = (angle: number, scale: number) => [
  [scale * Math.cos(angle), -scale * Math.sin(angle)],
  [scale * Math.sin(angle), scale * Math.cos(angle)],
];

/** Parameters whose score depends on the angle alone, with a V that is anything. */
const cases: readonly (readonly [string, AttentionPlugin, unknown])[] = [
  ["softmax", softmax as AttentionPlugin, { beta: 20 }],
  ["softmax, repelled and turned", softmax as AttentionPlugin, { beta: -7, Q: turned(0.4, 1.3), V: turned(1, 2) }],
  [
    "two heads",
    softmax as AttentionPlugin,
    {
      heads: [
        {
          beta: 90,
          V: [
            [1, 2],
            [0, -1],
          ],
        },
        { beta: 0.5, K: turned(-2, 0.7) },
      ],
    },
  ],
  ["unnormalised", unnormalised as AttentionPlugin, { beta: 4 }],
  ["unnormalised, shifted", unnormalised as AttentionPlugin, { beta: 30, scaling: "shifted", K: turned(0.3, 0.5) }],
  [
    "no angle",
    softmax as AttentionPlugin,
    {
      beta: 3,
      Q: [
        [1, 0.5],
        [0, 2],
      ],
    },
  ],
];

function modelOf(plugin: AttentionPlugin, params: unknown): Model {
  const context = { d: 2, span: [0, 1] as const };
  const one = plugin.bind(plugin.params.parse(params), context, createReferenceBackend());
  const normalization = noNormalization.bind({}, context);
  const parts = {
    normalization,
    noise: noNoise.bind({}, context),
    attention: [one],
    mask: none.bind({}),
    feedforward: [],
    geometry: sphere,
    sign: "repel" as const,
  };
  return createModel({ ...parts, d: 2, linearAlgebra: ownLinearAlgebra });
}

function fieldOf(model: Model, source: WeightedPoints, queries: WeightedPoints): Float64Array {
  const out = new Float64Array(2 * queries.m).fill(Number.NaN);
  model.fieldAt(source, queries, 0, out, new Float64Array(2 * queries.m));
  return out;
}

/** Uniform masses, random ones, and clusters with gaps of empty cells. */
function massesFor(n: number): Float64Array[] {
  const random = new Float64Array(n);
  stream({ seed: 1, purpose: "circle masses" }).fillUniform(random);
  const clusters = Float64Array.from({ length: n }, (_, j) => (j % (n / 4) < 3 ? 1 + j : 0));
  return [new Float64Array(n).fill(1), random, clusters].map((raw) => {
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((value) => value / total);
  });
}

const pointsAt = (angles: Float64Array): Float64Array =>
  Float64Array.from({ length: 2 * angles.length }, (_, i) =>
    i % 2 === 0 ? Math.cos(angles[i >> 1]!) : Math.sin(angles[i >> 1]!),
  );

describe.each(cases)("%s", (_name, plugin, params) => {
  const model = modelOf(plugin, params);

  test.each([0, 0.5])("by convolution it is the direct sum, offset %d", (offset) => {
    const n = 64;
    const { nodes } = gridOver(circleChart(n));
    const angles = Float64Array.from({ length: n }, (_, j) => (2 * Math.PI * (j + 0.5 + offset)) / n);
    const queries = { m: n, d: 2, points: pointsAt(angles), weights: new Float64Array(n).fill(1 / n) };
    for (const weights of massesFor(n)) {
      const source = { m: n, d: 2, points: nodes, weights };
      const exact = fieldOf(model, source, queries);
      const scale = Math.max(...exact.map(Math.abs));
      // Rounding of the transforms, 1e-15 of the greatest weight, over the least partition that is trusted, 1e-4.
      expect(distanceMax(fieldOf(modelOnCircle(model, nodes, offset), source, queries), exact)).toBeLessThan(
        1e-11 * scale,
      );
    }
  });

  test("by harmonics it is the direct sum, wherever the points are", () => {
    const n = 50;
    const angles = new Float64Array(n);
    stream({ seed: 2, purpose: "circle angles" }).fillUniform(angles);
    for (const spread of [2 * Math.PI, 0.2]) {
      const points = pointsAt(angles.map((value) => value * spread));
      const source = { m: n, d: 2, points, weights: massesFor(n)[1]! };
      const exact = fieldOf(model, source, source);
      const scale = Math.max(...exact.map(Math.abs));
      expect(distanceMax(fieldOf(modelOnCirclePoints(model), source, source), exact)).toBeLessThan(1e-11 * scale);
    }
  });
});

test("a length that is no power of two is left to the direct sum", () => {
  const { attention } = modelOf(softmax as AttentionPlugin, { beta: 2 });
  expect(onGrid(attention[0]!, gridOver(circleChart(60)).nodes, 0.5)).toBe(attention[0]);
});
