import { describe, expect, test } from "vitest";
import { distanceMax } from "../../../test/helpers/slope.js";
import { conditionalWasserstein } from "../../distances/conditional-wasserstein/index.js";
import { type Experiment, experiment } from "../../experiment/index.js";
import { sampleLaw } from "../../foundation/law/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { solve } from "../../solve/index.js";
import { overStretches } from "./stretches.js";

const beta = 3;

function bound(mask: unknown, levels: Record<string, unknown>, n = 512): Experiment {
  return experiment({
    model: { attention: { softmax: { beta } }, mask, geometry: "sphere" },
    initial: { density: { circle: { expression: "1 + 0.6*cos(theta - s) + 0.3*sin(2*theta)" }, n } },
    levels,
  });
}

function finalLaw(one: Experiment, T: number): PointCloud {
  const { level } = one.levels[0]!;
  const { method, stepping } = level.own ?? one.integration;
  const { outcome, yEnd } = solve(level.problem, method, { span: [0, T], steps: stepping });
  expect(outcome.status).toBe("completed");
  return level.law(yEnd) as PointCloud;
}

const lawOf = (mask: unknown, positions: number, grid = 64, T = 1) =>
  finalLaw(bound(mask, { "mean-field": { positions, grid } }), T);

/** What stands at position p, as a law of its own. */
function rowOf({ points, weights, cells }: PointCloud, p: number): PointCloud {
  const [count, n] = cells!.shape as [number, number];
  return {
    kind: "point-cloud",
    m: n,
    d: 2,
    points: points.subarray(2 * p * n, 2 * (p + 1) * n),
    weights: weights.slice(p * n, (p + 1) * n).map((w) => w * count),
  };
}

test.each(["causal", { alibi: { rate: 2 } }, { window: { width: 0.3 } }])(
  "%s: row by row it is the masked field of the points",
  (mask) => {
    const one = bound(mask, { "mean-field": { positions: 8, grid: 16 } });
    const { problem } = one.levels[0]!.level;
    const { mask: own, attention } = one.model;
    const y = problem.y0.map((value, j) => value * (1 + 0.3 * Math.sin(j)));
    const total = y.reduce((a, b) => a + b, 0);
    const rate = new Float64Array(128);
    problem.drift(
      0,
      y.map((value) => value / total),
      rate,
    );
    // The same law with the points in one list, through the reference: its flow must be that of the rows.
    const slow = { ...attention[0]!, kernel: undefined };
    const direct = new Float64Array(128);
    const source = one.levels[0]!.level.law(y.map((value) => value / total)) as PointCloud;
    const faces = Float64Array.from({ length: 256 }, (_, i) => {
      const angle = (2 * Math.PI * (((i >> 1) % 16) + 1)) / 16;
      return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
    });
    const field = new Float64Array(256);
    slow.fieldAt(source, { ...source, points: faces }, overStretches(own, 8), 0, { field });
    const speeds = Float64Array.from({ length: 128 }, (_, j) => {
      const speed = faces[2 * j]! * field[2 * j + 1]! - faces[2 * j + 1]! * field[2 * j]!;
      return (speed * 16) / (2 * Math.PI);
    });
    // The upwind flux of each face in the open.
    const w = source.weights;
    const at = (p: number, j: number) => w[p * 16 + ((j + 32) % 16)]!;
    for (let p = 0; p < 8; p++) {
      for (let j = 0; j < 16; j++) {
        const speed = speeds[p * 16 + j]!;
        const [here, beyond, behind] =
          speed > 0 ? [at(p, j), at(p, j + 1), at(p, j - 1)] : [at(p, j + 1), at(p, j), at(p, j + 2)];
        const edge = Math.min(2 * here, Math.max(0, here + (beyond - here) / 3 + (here - behind) / 6));
        direct[p * 16 + j]! -= speed * edge;
        direct[p * 16 + ((j + 1) % 16)]! += speed * edge;
      }
    }
    // Transforms of 16 and sums of 128 against each other.
    expect(distanceMax(rate, direct)).toBeLessThan(1e-13);
  },
);

test("a start that is the same at every position stays so under weights that sum to 1, whatever the mask", () => {
  const model = { attention: { softmax: { beta } }, mask: "causal", geometry: "sphere" };
  const initial = { density: { circle: { expression: "1 + 0.6*cos(theta)" } } };
  const law = finalLaw(experiment({ model, initial, levels: { "mean-field": { positions: 4, grid: 64 } } }), 1);
  // Transforms of the same masses times 1, 2, 3 and 4.
  for (const p of [1, 2, 3]) expect(distanceMax(rowOf(law, p).weights, rowOf(law, 0).weights)).toBeLessThan(1e-13);
});

describe("causal", () => {
  test("the first position sees itself alone: the unmasked law", () => {
    const masked = rowOf(lawOf("causal", 4), 0);
    const first = { circle: { expression: "1 + 0.6*cos(theta - 0.125) + 0.3*sin(2*theta)" } };
    const model = { attention: { softmax: { beta } }, geometry: "sphere" };
    const alone = finalLaw(
      experiment({ model, initial: { density: first }, levels: { "mean-field": { grid: 64 } } }),
      1,
    );
    // The same scheme with other steps: their tolerance.
    expect(distanceMax(masked.weights, alone.weights)).toBeLessThan(1e-5);
  });

  test("every position keeps its mass, to 1e-13, and no cell is negative", () => {
    const law = lawOf("causal", 8);
    expect(law.weights.every((weight) => weight >= 0)).toBe(true);
    for (let p = 0; p < 8; p++) {
      expect(Math.abs(rowOf(law, p).weights.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-13);
    }
  });

  test("order 2 in the number of positions, but for a logarithm", () => {
    const means = [4, 8, 16, 32].map((positions) => {
      const { points, weights } = lawOf("causal", positions);
      return weights.reduce((sum, w, j) => sum + w * points[2 * j]!, 0);
    });
    const gaps = [0, 1, 2].map((k) => Math.abs(means[k + 1]! - means[k]!));
    // Of the stretch h = 1/positions a query at s has h²/8 too much or too little, of s in all: Σh·h²/8s = h² log(1/h)/8.
    // Between h and h/2 that has the ratios 2.5 and 2.9; order 1 has 2, and so has the whole of one's own stretch.
    expect(gaps[0]! / gaps[1]!).toBeGreaterThan(2.4);
    expect(gaps[1]! / gaps[2]!).toBeGreaterThan(2.7);
    expect(gaps[2]!).toBeLessThan(1e-4);
  });

  test("tokens under the mask are inside the band of samples of the law, position by position", () => {
    const positions = 8;
    const law = lawOf("causal", positions);
    const tokens = finalLaw(bound("causal", { particles: {} }, 512), 1);
    const distance = conditionalWasserstein.bind({ order: 1, bins: positions }, 1);
    const samples = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => distance(sampleLaw(law, 512, seed, "masked test"), law));
    // One more independent draw falls below twice the greatest of eight with all but certainty.
    expect(distance(tokens, law)).toBeLessThan(2 * Math.max(...samples));
  });
});
