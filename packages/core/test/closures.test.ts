import { describe, expect, test } from "vitest";
import type { Attention, AttentionPlugin } from "../src/attention/index.js";
import { attentionCatalog } from "../src/attention/index.js";
import { gaussianProjection } from "../src/dynamics/gaussian-projection/index.js";
import { projectionOf } from "../src/dynamics/shared/projection.js";
import { standardNodes } from "../src/dynamics/shared/standard-nodes.js";
import { builtinPlugins, experiment, runExperiment } from "../src/experiment/index.js";
import { createReferenceBackend } from "../src/foundation/backend/index.js";
import { sampleGaussian } from "../src/foundation/law/index.js";
import { matVec, symmetricEigen } from "../src/foundation/linear-algebra/index.js";
import { normals, positive, product, rowsOf } from "./helpers/arrays.js";
import { distanceMax, logSlope, rms } from "./helpers/slope.js";

const closed = attentionCatalog.filter((one) => one.traits.gaussianClosed).map((one) => one.name);
const d = 3;
const square = (seed: number, size: number) => rowsOf(normals(d * d, seed, size), d, d);
const general = (size = 0.4) => ({ Q: square(1, size), K: square(2, size), V: square(3, size) });
const tight = { method: "dop853", steps: { adaptive: { rtol: 1e-10, atol: 1e-12 } } };
const initial = (n = 40, seed = 1, cov = rowsOf(positive(d, 4), d, d)) => ({
  gaussian: { mean: [0.4, -0.2, 0.1], cov, n, seed },
});
const affine = { affine: { W: square(5, 0.3), b: [0.1, 0, -0.2] } };

function run(attention: unknown, levels: object, more: object = {}) {
  return runExperiment(
    experiment({
      model: { attention, feedforward: affine },
      initial: initial(),
      levels,
      solve: { span: [0, 0.5], ...tight },
      ...more,
    }),
  );
}

/** The attention of a model without what says that it has a closure: nodes alone then have to find it. */
function concealed(plugin: AttentionPlugin): AttentionPlugin {
  const traits = { ...plugin.traits, gaussianClosed: false };
  const bind: AttentionPlugin["bind"] = (params, context, backend) => {
    const { gaussianField: _, ...rest } = plugin.bind(params, context, backend) as Attention;
    return { ...rest, traits };
  };
  return { ...plugin, traits, bind };
}
const blind = { ...builtinPlugins, attention: attentionCatalog.map(concealed) };

describe.each(closed)("%s in closed form", (name) => {
  const attention = { [name]: general() };

  test("gaussian-layers approach gaussian-moments like 1/L", () => {
    const exact = run(attention, { "gaussian-moments": {} }).levels["gaussian-moments"]!.states["cov"]!.data;
    const counts = [50, 100, 200, 400];
    const errors = counts.map((L) =>
      distanceMax(run(attention, { "gaussian-layers": { L } }).levels["gaussian-layers"]!.states["cov"]!.data, exact),
    );
    // The second term of the expansion in 1/L, one part in 50 at the coarsest.
    expect(
      Math.abs(
        logSlope(
          counts.map((L) => 1 / L),
          errors,
        ) - 1,
      ),
    ).toBeLessThan(0.05);
  });

  test("one layer is m⁺ = m + τ(Bm + c), Σ⁺ = (I + τB)Σ(I + τB)ᵀ, and of rank one for rank one", () => {
    const thin = normals(d, 9);
    const cov = product(thin, thin, d, 1, d);
    const bound = experiment({
      model: { attention, feedforward: affine },
      initial: initial(40, 1, rowsOf(cov, d, d)),
      levels: { "gaussian-layers": { L: 1 } },
      solve: { span: [0, 0.7] },
    });
    const { mean } = bound.initial.moments();
    const [field, scratch] = [0, 1].map(() => ({ B: new Float64Array(d * d), c: new Float64Array(d) })) as [
      { B: Float64Array; c: Float64Array },
      { B: Float64Array; c: Float64Array },
    ];
    bound.model.gaussianField(mean, cov, 0, field, scratch);
    const step = field.B.map((entry, k) => 0.7 * entry + (k % (d + 1) === 0 ? 1 : 0));
    const moved = product(step, thin, d, d, 1);
    const { states, monitors } = runExperiment(bound).levels["gaussian-layers"]!;
    // A few products of 3×3 matrices.
    expect(distanceMax(states["cov"]!.data, product(moved, moved, d, 1, d))).toBeLessThan(1e-14);
    const shifted = new Float64Array(d);
    matVec(field.B, mean, d, d, shifted);
    expect(
      distanceMax(
        states["mean"]!.data,
        mean.map((m, a) => m + 0.7 * (shifted[a]! + field.c[a]!)),
      ),
    ).toBeLessThan(1e-14);
    expect(monitors!["rank"]).toMatchObject({ verdict: "kept", rankAtStart: 1 });
  });

  test("layers of n tokens approach gaussian-layers like n^(−½)", () => {
    const exact = run(attention, { "gaussian-layers": { L: 5 } }).levels["gaussian-layers"]!.states["mean"]!.data;
    const errorAt = (n: number) =>
      rms(
        Array.from({ length: 16 }, (_, k) => {
          const { states } = run(attention, { layers: { L: 5 } }, { initial: initial(n, k + 1) }).levels["layers"]!;
          const x = states["x"]!.data;
          const mean = Float64Array.from({ length: d }, (_, a) => {
            let sum = 0;
            for (let i = 0; i < n; i++) sum += x[i * d + a]! / n;
            return sum;
          });
          return Math.hypot(...mean.map((m, a) => m - exact[a]!));
        }),
      );
    const slope = logSlope([20, 60, 180], [20, 60, 180].map(errorAt));
    // Each RMS of 16 seeds of three coordinates is good to 1/√96 = .1; over a factor 9 in n, .065 at one sigma.
    expect(Math.abs(slope + 0.5)).toBeLessThan(0.2);
  });

  test("its field is the mean over samples in d = 16, within four standard errors, where the tilt is small", () => {
    const dim = 16;
    const size = 0.6 / dim ** 0.75;
    const plugin = attentionCatalog.find((one) => one.name === name)!;
    const params = {
      Q: rowsOf(normals(dim * dim, 1, size), dim, dim),
      K: rowsOf(normals(dim * dim, 2, size), dim, dim),
    };
    const bound = plugin.bind(plugin.params.parse(params), { d: dim, span: [0, 1] }, createReferenceBackend());
    const law = { kind: "gaussian", d: dim, mean: normals(dim, 6, 0.3), cov: positive(dim, 7) } as const;
    const closure = { B: new Float64Array(dim * dim), c: new Float64Array(dim) };
    bound.gaussianField!(law.mean, law.cov, 0, closure);
    const queries = sampleGaussian(law, 4, 9, "queries");
    const wanted = product(queries.points, flipped(closure.B, dim), 4, dim, dim).map((v, k) => v + closure.c[k % dim]!);
    const batches = 24;
    const values = Array.from({ length: batches }, (_, k) => {
      const cloud = sampleGaussian(law, 300, k + 1, "closure test");
      const field = new Float64Array(4 * dim);
      const everything = { name: "none", dense: true, logWeight: () => 0 };
      bound.fieldAt(cloud, queries, everything, 0, { field });
      return field;
    });
    let worst = 0;
    for (let k = 0; k < 4 * dim; k++) {
      const mean = values.reduce((sum, one) => sum + one[k]!, 0) / batches;
      const spread = Math.sqrt(values.reduce((sum, one) => sum + (one[k]! - mean) ** 2, 0) / (batches - 1));
      worst = Math.max(worst, Math.abs(mean - wanted[k]!) / (spread / Math.sqrt(batches)));
    }
    // 64 components: four standard errors of a t-distribution of 23 degrees are passed by chance in 3 %. The bias of a
    // ratio, tilt/n of the value, is a fraction of one at n = 300.
    expect(worst).toBeLessThan(4);
  });
});

const flipped = (B: Float64Array, dim: number) =>
  Float64Array.from({ length: dim * dim }, (_, k) => B[(k % dim) * dim + Math.floor(k / dim)]!);

describe("gaussian-projection", () => {
  test.each(closed.filter((name) => name !== "sinkhorn"))("finds the closure of %s by nodes alone", (name) => {
    const bound = (plugins: typeof builtinPlugins, level: string) =>
      runExperiment(
        experiment(
          {
            model: { attention: { [name]: general(0.15) }, feedforward: affine },
            initial: initial(),
            levels: { [level]: {} },
            solve: { span: [0, 0.3], method: "rk4", steps: { fixed: { dt: 0.1 } } },
          },
          { plugins },
        ),
      ).levels[level]!;
    const [exact, found] = [bound(builtinPlugins, "gaussian-moments"), bound(blind, "gaussian-projection")];
    // Ten nodes an axis: e^{⟨a, z⟩} to |a|^20/20! with |a| below one also at the outermost query, e^{−az²/2} with a ≤ .3
    // to (a/(2 + a))^10 = 2e-9.
    expect(distanceMax(found.states["cov"]!.data, exact.states["cov"]!.data)).toBeLessThan(5e-9);
    expect(distanceMax(found.states["mean"]!.data, exact.states["mean"]!.data)).toBeLessThan(5e-9);
    expect(found.approximation).toContain("moment-matched");
    expect(found.monitors!["defect"]!["greatest"]).toBeLessThan(1e-6);
  });

  test("is the closure where there is one, with a defect of rounding", () => {
    const levels = { "gaussian-moments": {}, "gaussian-projection": {} };
    const found = run({ sinkhorn: general() }, levels).levels;
    const [exact, projected] = [found["gaussian-moments"]!, found["gaussian-projection"]!];
    // The same equation through a regression on 1000 nodes, at rtol 1e-10.
    expect(distanceMax(projected.states["cov"]!.data, exact.states["cov"]!.data)).toBeLessThan(1e-9);
    expect(projected.monitors!["defect"]!["greatest"]).toBeLessThan(1e-13);
  });

  test("the rates of sigmoid attention in d = 1 are those of a double integral by another rule", () => {
    const { model } = experiment({
      model: { attention: { sigmoid: { beta: 2, bias: 0.4 } } },
      initial: { gaussian: { mean: [0.3], cov: [[0.8]] } },
      levels: { particles: {} },
    });
    const out = { mean: new Float64Array(1), cross: new Float64Array(1) };
    projectionOf(model, standardNodes(1, 1024, 1)).ratesAt(0, Float64Array.of(0.3), Float64Array.of(0.8), out);
    // The trapezoid rule on ±9 standard deviations: exponentially accurate for analytic integrands.
    const [h, steps] = [0.05, 180];
    const normal = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    let [mean, cross] = [0, 0];
    for (let i = -steps; i <= steps; i++) {
      const x = 0.3 + Math.sqrt(0.8) * i * h;
      let field = 0;
      for (let j = -steps; j <= steps; j++) {
        const y = 0.3 + Math.sqrt(0.8) * j * h;
        field += (h * normal(j * h) * y) / (1 + Math.exp(-2 * x * y - 0.4));
      }
      mean += h * normal(i * h) * field;
      cross += h * normal(i * h) * field * (x - 0.3);
    }
    // 64 Hermite nodes meet the poles of the logistic function at distance π/(2|y|) only as e^{−√64}.
    expect(Math.abs(out.mean[0]! - mean)).toBeLessThan(1e-5);
    expect(Math.abs(out.cross[0]! - cross)).toBeLessThan(1e-5);
  });

  test("a sample and a rule agree to the node error that the run reports (d = 4 against its marginal of d = 1)", () => {
    const attention = { sigmoid: { beta: 1, Q: [[1, 0, 0, 0]], K: [[1, 0, 0, 0]] } };
    const levels = { "gaussian-projection": { points: 800 } };
    const solve = { span: [0, 0.5], method: "rk4", steps: { fixed: { dt: 0.05 } } };
    const wide = { gaussian: { mean: [0.5, 0, 0, 0], cov: { diagonal: [1, 0.5, 0.5, 0.5] } } };
    const thin = { gaussian: { mean: [0.5], cov: [[1]] } };
    const at = (model: object, start: object) =>
      runExperiment(experiment({ model, initial: start, levels, solve })).levels["gaussian-projection"]!;
    const [four, one] = [at({ attention }, wide), at({ attention: { sigmoid: { beta: 1 } } }, thin)];
    const error = four.monitors!["defect"]!["greatestNodeError"] as number;
    expect(error).toBeGreaterThan(1e-6);
    // The rates differ by the node error along a span of one half; the two samples differ as much as either from the law.
    expect(Math.abs(four.states["cov"]!.data[0]! - one.states["cov"]!.data[0]!)).toBeLessThan(4 * error);
  });

  test("particles of sigmoid attention follow it while its defect is small, and less the greater it is", () => {
    const gap = (beta: number) => {
      const { levels, distances } = runExperiment(
        experiment({
          model: { attention: { sigmoid: { beta } } },
          initial: { gaussian: { mean: [0.5, 0], n: 1500, seed: 3 } },
          levels: { particles: {}, "gaussian-projection": { points: 256 } },
          solve: { span: [0, 1], method: "rk4", steps: { fixed: { dt: 0.25 } } },
          compare: { metrics: ["sliced-wasserstein"], every: 1, draws: 0 },
        }),
      );
      const { value } = distances["particles|gaussian-projection"]!["sliced-wasserstein"]!;
      return {
        moved: value.at(-1)! - value[0]!,
        defect: levels["gaussian-projection"]!.monitors!["defect"]!["greatest"],
      };
    };
    const [weak, strong] = [gap(0.1), gap(4)];
    expect(weak.defect).toBeLessThan(0.05);
    expect(strong.defect).toBeGreaterThan(0.2);
    expect(strong.moved).toBeGreaterThan(3 * Math.abs(weak.moved));
  });

  test("under a mask: softmax does not see it, kinds that divide by n see half of the context", () => {
    const at = (attention: unknown, mask: string) =>
      runExperiment(
        experiment({
          model: { attention, mask, feedforward: affine },
          initial: initial(),
          levels: { "gaussian-projection": { points: 216 } },
          solve: { span: [0, 0.3], method: "rk4", steps: { fixed: { dt: 0.1 } } },
        }),
      ).levels["gaussian-projection"]!;
    const state = (attention: unknown, mask: string) => at(attention, mask).states["cov"]!.data;
    expect(distanceMax(state({ softmax: general() }, "causal"), state({ softmax: general() }, "none"))).toBe(0);
    const { V, ...scores } = general();
    const halved = { ...scores, V: V.map((row) => row.map((entry) => entry / 2)) };
    for (const name of ["linear", "sigmoid"]) {
      // ∫s ds = ½ to the rounding of 512² terms.
      expect(distanceMax(state({ [name]: general() }, "causal"), state({ [name]: halved }, "none"))).toBeLessThan(
        1e-12,
      );
      expect(at({ [name]: general() }, "causal").monitors!["defect"]!["greatest"]).toBeGreaterThan(0.05);
    }
  });

  test("refuses the sphere, and a sample that has no covariance", () => {
    const document = (geometry: string, points: number) => ({
      model: { attention: "sigmoid", geometry },
      initial:
        geometry === "sphere" ? { "uniform-sphere": { d: 8, n: 9 } } : { gaussian: { mean: new Array(8).fill(0) } },
      levels: { "gaussian-projection": { points } },
    });
    expect(() => experiment(document("sphere", 100))).toThrow("on the sphere no law is Gaussian");
    expect(() => experiment(document("euclidean", 12))).toThrow(
      "level gaussian-projection: points must be at least 2d = 16 for a sample to have a covariance, got 12.",
    );
  });

  test("standard nodes have mean 0 and covariance I to rounding", () => {
    for (const dim of [1, 2, 3, 4, 9]) {
      const { count, points, weights } = standardNodes(dim, 300, 1);
      const weighted = points.map((value, k) => value * weights[Math.floor(k / dim)]!);
      const second = product(flipCloud(weighted, count, dim), points, dim, count, dim);
      second.forEach((value, k) => {
        expect(Math.abs(value - (k % (dim + 1) === 0 ? 1 : 0))).toBeLessThan(1e-13);
      });
      for (let a = 0; a < dim; a++) {
        let sum = 0;
        for (let j = 0; j < count; j++) sum += weighted[j * dim + a]!;
        expect(Math.abs(sum)).toBeLessThan(1e-14);
      }
    }
    expect(gaussianProjection.params.safeParse({ points: 2 }).success).toBe(false);
  });
});

const flipCloud = (cloud: Float64Array, count: number, dim: number) =>
  Float64Array.from({ length: count * dim }, (_, k) => cloud[(k % count) * dim + Math.floor(k / count)]!);

describe("rank and signs along every run of moments", () => {
  const singular = () => {
    const thin = normals(d * 2, 8);
    return rowsOf(product(thin, flipCloud(thin, d, 2), d, 2, d), d, d);
  };
  test.each(closed)("%s keeps a singular covariance singular, to the tolerance of the steps", (name) => {
    const { levels } = run(
      { [name]: general() },
      { "gaussian-moments": {}, "gaussian-projection": {} },
      { initial: initial(40, 1, singular()) },
    );
    for (const level of Object.values(levels)) {
      expect(level.monitors!["rank"]).toMatchObject({ verdict: "kept", rankAtStart: 2 });
      expect(level.monitors!["rank"]!["greatestLeak"]).toBeLessThan(1e-8);
      const { values } = symmetricEigen(level.states["cov"]!.data.slice(), d);
      expect(values[1]! / values[2]!).toBeGreaterThan(1e-4);
    }
  });

  test("an integration that breaks it is called violated, a decay that the tolerance cannot show unresolved", () => {
    const coarse = { solve: { span: [0, 1], method: "euler", steps: { fixed: { dt: 0.25 } } } };
    const broken = run(
      { softmax: general(1) },
      { "gaussian-moments": {} },
      { ...coarse, initial: initial(40, 1, singular()) },
    );
    expect(broken.levels["gaussian-moments"]!.monitors!["rank"]!["verdict"]).toBe("violated");
    const decaying = runExperiment(
      experiment({
        model: { attention: { softmax: { V: { scale: 0 } } }, feedforward: { affine: { W: { diagonal: [0, -12] } } } },
        initial: { gaussian: { mean: [0, 0] } },
        levels: { "gaussian-moments": {} },
      }),
    );
    // λ_2 = e^{−24} against a resolution of 100·(1e-8 + 1e-10).
    expect(decaying.levels["gaussian-moments"]!.monitors!["rank"]).toMatchObject({
      verdict: "unresolved",
      rankAtStart: 2,
      meanAtEnd: 0,
    });
  });
});
