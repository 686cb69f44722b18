import { z } from "zod";
import type { PerceptronLayer } from "../../foundation/backend/index.js";
import { atPath, InputError } from "../../foundation/errors/index.js";
import {
  bindMatrix,
  bindSchedule,
  bindVector,
  combineSchedules,
  matrixParameter,
  type NumericContext,
  vectorParameter,
} from "../../foundation/parameters/index.js";
import type { FeedforwardPlugin, FeedforwardTraits } from "../contract.js";
import { type ActivationName, activationNames, activations } from "../shared/activations.js";

const traits: FeedforwardTraits = { affine: false, gradient: true };

interface PerceptronParameters {
  readonly a: unknown;
  readonly omega?: unknown;
  readonly out?: unknown;
  readonly bias?: unknown;
  readonly activation?: ActivationName | undefined;
}

/** The layer as a function of depth. */
function bindLayer(params: PerceptronParameters, context: NumericContext) {
  const { d } = context;
  let rows: number | "any" = "any";
  const a = atPath(["a"], () =>
    bindSchedule(params.a, context, "perceptron.a", (value) => {
      const matrix = bindMatrix(value, { rows, columns: d }, "perceptron.a");
      rows = matrix.rows;
      return matrix;
    }),
  );
  const width = a.at(context.span[0]).rows;
  const bias = atPath(["bias"], () =>
    bindSchedule(params.bias ?? 0, context, "perceptron.bias", (value) => bindVector(value, width, "perceptron.bias")),
  );
  if ((params.omega === undefined) === (params.out === undefined)) {
    throw new InputError({
      code: "incompatible",
      who: "perceptron",
      rule: "exactly one of omega (output along a_j) and out (free output weights) must be given",
      got: params.omega === undefined ? "neither" : "both",
    });
  }
  const omega = atPath(["omega"], () =>
    bindSchedule(params.omega ?? 1, context, "perceptron.omega", (value) =>
      bindVector(value, width, "perceptron.omega"),
    ),
  );
  const free = params.out;
  const out =
    free === undefined
      ? combineSchedules(a, omega, (units, w) => units.data.map((entry, k) => entry * w[Math.floor(k / d)]!))
      : atPath(["out"], () =>
          bindSchedule(
            free,
            context,
            "perceptron.out",
            (value) => bindMatrix(value, { rows: width, columns: d }, "perceptron.out").data,
          ),
        );
  const inner = combineSchedules(a, bias, (units, b) => ({ a: units.data, bias: b }));
  const activation = params.activation ?? "relu";
  return combineSchedules(
    inner,
    out,
    (hidden, output): PerceptronLayer => ({ activation, width, input: hidden.a, bias: hidden.bias, output }),
  );
}

/** The definition: out_i += factor · Σ_j σ(a_j·x_i + bias_j) o_j. */
function addLayer(layer: PerceptronLayer, points: Float64Array, n: number, factor: number, out: Float64Array): void {
  const { width, input, bias, output } = layer;
  const d = input.length / width;
  const sigma = activations[layer.activation];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) {
      let s = bias[j]!;
      for (let e = 0; e < d; e++) s += input[j * d + e]! * points[i * d + e]!;
      const hidden = factor * sigma(s);
      for (let e = 0; e < d; e++) out[i * d + e]! += hidden * output[j * d + e]!;
    }
  }
}

/**
 * f(x) = Σ_j ω_j σ(a_j·x + bias_j) a_j, half the gradient of Σ_j ω_j φ(a_j·x + bias_j), φ' = 2σ; with free output
 * weights `out` in place of ω_j a_j it is no gradient.
 *
 * @cost n·m·2d multiply-adds and n·m activations
 * @source arXiv 2601.21366, theory.md §3
 */
export const perceptron: FeedforwardPlugin<PerceptronParameters> = {
  name: "perceptron",
  doc: "Two-layer perceptron Σ_j ω_j σ(a_j·x + bias_j) a_j.",
  source: "arXiv 2601.21366, theory.md §3",
  traits,
  params: z.strictObject({
    a: matrixParameter({ symbol: "a", unit: "1", doc: "input weights, one row per unit, m×d" }),
    omega: vectorParameter({ symbol: "ω", unit: "1", doc: "output weight along a_j, length m" }).optional(),
    out: matrixParameter({ symbol: "o", unit: "1", doc: "free output weights instead of omega, m×d" }).optional(),
    bias: vectorParameter({ symbol: "b", unit: "1", doc: "bias of each unit, length m" }, 0),
    activation: z.enum(activationNames).default("relu").meta({ doc: "σ", unit: "1" }),
  }),
  bind(params, context, backend) {
    const layers = bindLayer(params, context);
    return {
      name: "perceptron",
      traits: { affine: false, gradient: params.out === undefined },
      breakpoints: layers.breakpoints,
      addTo(points, n, t, factor, out) {
        const layer = layers.at(t);
        if (!backend.perceptron?.(layer, points, n, factor, out)) addLayer(layer, points, n, factor, out);
      },
    };
  },
};
