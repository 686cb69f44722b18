import { describe, expect, it } from "vitest";
import { equationHtml } from "./equations.js";
import { modelTex } from "./model-tex.js";

describe("model in TeX", () => {
  const of = (model: Record<string, unknown>): string => modelTex({ model }).join("\n");

  it("writes softmax as in theory.md §1", () => {
    const tex = of({ attention: { softmax: { beta: 4, Q: "identity", K: [[1]], V: { scale: 2 } } } });
    expect(tex).toContain("\\frac{\\int 2\\,y\\, e^{4\\,\\langle x, Ky\\rangle}");
  });

  it("heads are summed, signs join the sum, the sphere projects", () => {
    const head = { Q: "identity", K: "identity", V: "identity" };
    const tex = of({
      attention: { softmax: { beta: 1, heads: [head, head] } },
      feedforward: { affine: { W: { scale: -1 }, b: 0 } },
      sign: "repel",
      geometry: "sphere",
    });
    expect(tex).toContain("\\sum_{h=1}^{2}");
    expect(tex).toContain("P_x\\Bigl[ -\\Gamma_\\mu(x) - 1\\,x \\Bigr]");
  });

  it("schedules are functions of t with their pieces", () => {
    const tex = of({
      attention: { linear: { beta: { piecewise: [{ until: 0.5, value: 1 }, { value: 2 }] }, V: "identity" } },
    });
    expect(tex).toContain("\\beta(t)\\,\\langle");
    expect(tex).toContain("\\beta(t) = \\begin{cases} 1 & t < 0.5");
  });

  const kinds = ["softmax", "unnormalised", "l2", "sinkhorn", "sigmoid", "linear", "hardmax", "my_own attention"];
  it("every kind, known or not, gives TeX that KaTeX reads", () => {
    for (const kind of kinds) {
      for (const params of [
        {},
        { beta: { "log-n": 2 }, epsilon: 0.5, Q: [[1]], K: [[1]], V: [[1]] },
        { heads: [{ V: { "by-layer": [1] } }], bias: 1 },
      ]) {
        for (const rest of [
          {},
          {
            mask: "causal",
            noise: { "common-field": {} },
            normalization: "pre-ln",
            feedforward: [{ perceptron: { activation: "relu" } }, "odd"],
          },
        ]) {
          for (const line of modelTex({ model: { attention: { [kind]: params }, ...rest } }))
            expect(() => equationHtml(line)).not.toThrow();
        }
      }
    }
  });

  it("noise of every token's own, of a number or of a schedule, projected on the sphere", () => {
    const model = (sigma: unknown, geometry: string) =>
      modelTex({ model: { attention: "softmax", noise: { independent: { sigma } }, geometry } });
    expect(model(0.5, "sphere")[0]).toContain("\\mathrm{d}t + 0.5\\, P_x \\circ \\mathrm{d}W");
    const jumping = model({ piecewise: [{ until: 1, value: 2 }, { value: 0 }] }, "euclidean");
    expect(jumping[0]).toContain("\\mathrm{d}t + \\sigma(t)\\, \\mathrm{d}W");
    expect(jumping.join(" ")).toContain("\\sigma(t) = \\begin{cases} 2 & t < 1");
    for (const line of jumping) expect(() => equationHtml(line)).not.toThrow();
  });

  it("never throws, whatever the spec is", () => {
    for (const spec of [undefined, null, 3, [], {}, { model: 1 }, { model: { attention: [null, 3, "constructor"] } }]) {
      expect(() => modelTex(spec).map(equationHtml)).not.toThrow();
    }
  });
});
