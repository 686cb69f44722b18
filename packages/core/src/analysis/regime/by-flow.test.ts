import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../../experiment/index.js";
import { regimeByFlow } from "./by-flow.js";
import { regime } from "./index.js";

interface Found {
  readonly verdict: string;
  readonly tStar: number;
  readonly tError: number;
}

function contextOf(attention: object, W: unknown, cov: unknown = "identity") {
  const bound = experiment({
    model: { attention: { softmax: attention }, feedforward: { affine: { W } } },
    initial: { gaussian: { mean: [0.1, -0.2, 0.3], cov } },
    levels: { "gaussian-moments": {} },
    solve: { span: [0, 4], method: "dop853", steps: { adaptive: { rtol: 1e-11, atol: 1e-13 } } },
  });
  return { bound, context: { model: bound.model, initial: bound.initial, span: bound.integration.span } };
}

const random = (seed: number, scale = 0.5) => ({ random: "ginibre", scale, seed });

describe("following the flow against the closed form (V = I)", () => {
  test.each([1, 2, 3, 4, 5, 6])("seed %i: t* inside the sum of both errors", (seed) => {
    const { context } = contextOf({ Q: random(seed), K: random(seed + 50) }, random(seed + 100, 0.2));
    const exact = regime.analyze(context) as unknown as Found;
    const followed = regimeByFlow(context) as unknown as Found;
    if (exact.verdict === "blow-up" && exact.tStar < 40) {
      expect(followed.verdict).toBe("blow-up");
      expect(Math.abs(followed.tStar - exact.tStar)).toBeLessThanOrEqual(followed.tError + exact.tError);
    } else {
      expect(followed.verdict).not.toBe("blow-up");
    }
  });
});

describe("general V", () => {
  test("the search in its own time and the event of the moments level agree on t*", () => {
    const { bound, context } = contextOf(
      {
        Q: { scale: 0.8 },
        V: [
          [1, 0.4, 0],
          [-0.2, 0.7, 0.1],
          [0, 0.3, 0.9],
        ],
      },
      { scale: -0.3 },
    );
    const found = regime.analyze(context) as unknown as Found;
    const { outcome } = runExperiment(bound).levels["gaussian-moments"]!;
    expect(found.verdict).toBe("blow-up");
    if (outcome.status !== "stopped") throw new Error(`expected a blow-up, got ${outcome.status}`);
    expect(Math.abs(found.tStar - outcome.t)).toBeLessThanOrEqual(found.tError + outcome.tError);
  });

  test("a contraction decays, a pure expansion grows", () => {
    const weak = {
      Q: { scale: 1e-3 },
      V: [
        [1, 0.1, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    };
    expect(regime.analyze(contextOf(weak, { scale: -1 }).context)["verdict"]).toBe("decays");
    const repelling = {
      Q: { scale: 0 },
      V: [
        [1, 0.1, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    };
    expect(regime.analyze(contextOf(repelling, { scale: 1 }).context)["verdict"]).toBe("grows");
  });
});

describe("where Q ⪯ 0 and no theorem of the closed form applies", () => {
  test("a singular start under Q ≺ 0 and unstable W is followed to its rest, which is an equilibrium", () => {
    const cov = [
      [1, 0, 0],
      [0, 0.5, 0],
      [0, 0, 0],
    ];
    const { context } = contextOf({ Q: { scale: -0.5 } }, { scale: 0.5 }, cov);
    const found = regime.analyze(context) as unknown as { verdict: string; equilibrium: { cov: number[][] } };
    expect(found.verdict).toBe("bounded");
    // σ̇ = σ − σ² in each direction that has any spread: 1 there, 0 where there is none. e^{−40} of the start is left.
    const wanted = [1, 1, 0];
    wanted.forEach((value, i) => {
      expect(Math.abs(found.equilibrium.cov[i]![i]! - value)).toBeLessThan(1e-9);
    });
  });
});
