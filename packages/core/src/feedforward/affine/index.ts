import { z } from "zod";
import { atPath } from "../../foundation/errors/index.js";
import {
  bindMatrix,
  bindSchedule,
  bindVector,
  combineSchedules,
  matrixParameter,
  vectorParameter,
} from "../../foundation/parameters/index.js";
import type { FeedforwardPlugin, FeedforwardTraits } from "../contract.js";

const traits: FeedforwardTraits = { affine: true, gradient: false };

interface AffineParameters {
  readonly W: unknown;
  readonly b?: unknown;
}

/**
 * f(x) = W x + b.
 *
 * @cost n d² multiply-adds
 * @source arXiv 2606.07600, theory.md §2
 */
export const affine: FeedforwardPlugin<AffineParameters> = {
  name: "affine",
  doc: "Affine feed-forward W x + b: the one that keeps Gaussians Gaussian.",
  source: "arXiv 2606.07600, theory.md §2",
  traits,
  params: z.strictObject({
    W: matrixParameter({ symbol: "W", unit: "1", doc: "weight matrix, d×d" }),
    b: vectorParameter({ symbol: "b", unit: "1", doc: "bias, length d" }, 0),
  }),
  bind(params, context) {
    const { d } = context;
    const weights = atPath(["W"], () =>
      bindSchedule(
        params.W,
        context,
        "affine.W",
        (value) => bindMatrix(value, { rows: d, columns: d }, "affine.W").data,
      ),
    );
    const bias = atPath(["b"], () =>
      bindSchedule(params.b ?? 0, context, "affine.b", (value) => bindVector(value, d, "affine.b")),
    );
    const map = combineSchedules(weights, bias, (W, b) => ({ W, b }));
    return {
      name: "affine",
      traits,
      breakpoints: map.breakpoints,
      affine: (t) => map.at(t),
      addTo(points, n, t, factor, out) {
        const { W, b } = map.at(t);
        for (let i = 0; i < n; i++) {
          for (let a = 0; a < d; a++) {
            let sum = b[a]!;
            for (let e = 0; e < d; e++) sum += W[a * d + e]! * points[i * d + e]!;
            out[i * d + a]! += factor * sum;
          }
        }
      },
    };
  },
};
