import { describe, expect, test } from "vitest";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { analyzeExperiment, experiment } from "../experiment/index.js";
import { analysisCatalog } from "./catalog.js";
import type { AnalysisPlugin } from "./contract.js";

const members = membersOf<AnalysisPlugin>(import.meta.glob("./*/index.ts", { eager: true }));

const gaussian = {
  gaussian: {
    mean: [0, 0],
    cov: [
      [1, 0.2],
      [0.2, 0.7],
    ],
    n: 100,
  },
};
const onSphere = { "uniform-sphere": { d: 3, n: 6 } };
const spec = (model: { geometry?: string }) =>
  experiment({ model, initial: model.geometry === "sphere" ? onSphere : gaussian, levels: { particles: {} } });
const models: Record<string, { readonly geometry?: string; readonly [key: string]: unknown }> = {
  "softmax, V = I": { attention: "softmax" },
  "softmax, general V": {
    attention: {
      softmax: {
        V: [
          [0.2, 0.5],
          [-0.3, 0.1],
        ],
      },
    },
    feedforward: { affine: { W: { scale: -1 } } },
  },
  unnormalised: { attention: "unnormalised" },
  "causal softmax": { attention: "softmax", mask: "causal" },
  "softmax on the sphere": { attention: "softmax", geometry: "sphere" },
  "softmax on the sphere, β = 800": { attention: { softmax: { beta: 800 } }, geometry: "sphere" },
  "softmax on the sphere, β = 10⁻⁶": { attention: { softmax: { beta: 1e-6 } }, geometry: "sphere" },
  "unnormalised on the sphere, β = 800": { attention: { unnormalised: { beta: 800 } }, geometry: "sphere" },
  "hardmax on the sphere": { attention: "hardmax", geometry: "sphere" },
};

test("the catalog holds exactly the folders", () => expectCatalog(analysisCatalog, members));

describe.each(members)("analysis $folder", (member) => {
  test("says what it is", () => expectSelfDescribing(member));

  test.each(Object.keys(models))("%s: applies with a JSON verdict, or says why not", (name) => {
    const bound = spec(models[name]!);
    const context = { model: bound.model, initial: bound.initial, span: bound.integration.span };
    const obstacle = member.plugin.obstacle(context);
    if (obstacle !== undefined) {
      expect(obstacle.trim().length).toBeGreaterThan(0);
      return;
    }
    const answer = member.plugin.analyze(context);
    expect(typeof answer["verdict"]).toBe("string");
    // No NaN, no Infinity, no typed array: it goes into --json as it is.
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(analyzeExperiment(bound)[member.folder]).toEqual(answer);
  });
});

describe.each(members)("analysis $folder under noise", (member) => {
  test.each(Object.keys(models))("%s: is made where its theory has noise, and only there", (name) => {
    const model = { ...models[name]!, noise: { independent: { sigma: 0.3 } } };
    const bound = experiment({
      model,
      initial: model.geometry === "sphere" ? onSphere : gaussian,
      levels: { layers: {} },
    });
    const context = { model: bound.model, initial: bound.initial, span: bound.integration.span };
    const made = member.folder in analyzeExperiment(bound);
    const carries = member.plugin.noise?.includes("independent") ?? false;
    expect(made).toBe(carries && member.plugin.obstacle(context) === undefined);
  });
});

describe("departure", () => {
  const departure = (model: object, initial: object = gaussian, span = [0, 1]) =>
    analyzeExperiment(experiment({ model, initial, levels: { particles: {} }, solve: { span } }))[
      "departure"
    ] as Record<string, unknown>;

  test("in one dimension without a mean is where σ² = log n", () => {
    // σ̇ = 2σ² gives σ = 1/(1 − 2t); the tilt σ² reaches log n at t = (1 − 1/√log n)/2.
    const answer = departure({ attention: "softmax" }, { gaussian: { mean: [0], cov: [[1]], n: 1000 } });
    expect(answer["verdict"]).toBe("departs");
    // The event on a flow at rtol 1e-9.
    expect(Math.abs((answer["predicted"] as number) - (1 - 1 / Math.sqrt(Math.log(1000))) / 2)).toBeLessThan(1e-8);
  });

  test("a single token has left at the start", () => {
    const answer = departure({ attention: "softmax" }, { gaussian: { mean: [0], cov: [[1]], n: 1 } });
    expect(answer).toMatchObject({ verdict: "departed at the start", predicted: 0 });
  });

  test("a repelled cloud stays", () => {
    expect(departure({ attention: "softmax", sign: "repel" })["verdict"]).toBe("stays inside the span");
  });
});

/** Laws and models at their edges: nothing to attend to, nothing that moves, no room to move in. */
const flat = (gaussian: object) => ({ initial: { gaussian: { mean: [0, 0], n: 5, ...gaussian } } });
const still = { scale: 0 };
const edges: Record<string, object> = {
  "one token in R^2": { initial: { points: [[1, 2]] } },
  "one token on the sphere": { initial: { points: [[0.6, 0.8]] }, geometry: "sphere" },
  "one token in R": { initial: { points: [[2]] } },
  "d = 1": { initial: { gaussian: { mean: [0.5], cov: [[2]], n: 4 } } },
  "d = 1 on the sphere": { initial: { points: [[1], [-1], [1]] }, geometry: "sphere" },
  "identical tokens": {
    initial: {
      points: [
        [0.6, 0.8],
        [0.6, 0.8],
      ],
    },
    geometry: "sphere",
  },
  "antipodal tokens": {
    initial: {
      points: [
        [0.6, 0.8],
        [-0.6, -0.8],
      ],
    },
    geometry: "sphere",
  },
  "Σ_0 = 0": flat({ cov: { scale: 0 } }),
  "Σ_0 of rank one": flat({
    cov: [
      [1, 1],
      [1, 1],
    ],
  }),
  "identical tokens in R^2": {
    initial: {
      points: [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
    },
  },
  "Σ_0 tiny": flat({ cov: { scale: 1e-200 } }),
  "Σ_0 large": flat({ cov: { scale: 1e12 } }),
};
const attentions: Record<string, object> = {
  softmax: { softmax: {} },
  "softmax, V = 0": { softmax: { V: still } },
  "softmax, A = 0": { softmax: { Q: still } },
  "softmax, β = 0": { softmax: { beta: 0 } },
  "softmax, β < 0": { softmax: { beta: -1 } },
  l2: { l2: {} },
  "l2, V = 0": { l2: { V: still } },
  sinkhorn: { sinkhorn: {} },
  "sinkhorn, V = 0": { sinkhorn: { V: still } },
  linear: { linear: {} },
  "linear, V = 0": { linear: { V: still } },
  sigmoid: { sigmoid: {} },
  unnormalised: { unnormalised: {} },
  hardmax: { hardmax: {} },
};
const corners = Object.keys(edges).flatMap((edge) => Object.keys(attentions).map((name) => [edge, name] as const));

test.each(corners)("%s, %s: every analysis that applies has a JSON verdict", (edge, name) => {
  const { initial, geometry = "euclidean" } = edges[edge] as { initial: object; geometry?: string };
  const model = { attention: attentions[name], geometry };
  const bound = experiment({ model, initial, levels: { particles: {} } });
  for (const answer of Object.values(analyzeExperiment(bound))) {
    expect(typeof (answer as { verdict?: unknown }).verdict).toBe("string");
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  }
});
