import type {
  BatchOutput,
  FieldOutput,
  KernelDescription,
  PointBatch,
  Visibility,
} from "@meanfield/core/foundation/backend";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import type { Asks, Call, Mutable } from "./attention.js";
import type { Keys } from "./key-bias.js";

/** Points with what a call needs to know of them. */
type Cloud = Pick<WeightedPoints, "m" | "d" | "points" | "weights"> & { readonly positions?: Float64Array | undefined };

/** The call that is being made: one object for all, as a step must take no memory. */
export function createCalls() {
  const none = new Float64Array(0);
  const keys: Mutable<Keys> = { systems: 0, m: 0, d: 0, weights: none, positions: undefined };
  const asks: Mutable<Asks> = { m: 0, points: none, positions: undefined };
  const call: Mutable<Call> = {
    kernel: { weight: "linear", normalisation: "mass", heads: [] },
    keys,
    keyPoints: none,
    asks,
    visibility: { dense: true, logWeight: () => 0 },
    out: {},
    batch: false,
  };
  const fill = (
    kernel: KernelDescription,
    source: Cloud,
    queries: Cloud,
    visibility: Visibility,
    out: FieldOutput,
  ): Call => {
    keys.m = source.m;
    keys.d = source.d;
    keys.weights = source.weights;
    keys.positions = source.positions;
    asks.m = queries.m;
    asks.points = queries.points;
    asks.positions = queries.positions;
    call.kernel = kernel;
    call.keyPoints = source.points;
    call.visibility = visibility;
    call.out = out;
    return call;
  };
  return {
    /** A call of `field`. */
    ofField(
      kernel: KernelDescription,
      source: WeightedPoints,
      queries: WeightedPoints,
      visibility: Visibility,
      out: FieldOutput,
    ): Call {
      keys.systems = 1;
      call.batch = false;
      return fill(kernel, source, queries, visibility, out);
    },
    /** A call of `fieldBatch`. */
    ofBatch(kernel: KernelDescription, batch: PointBatch, visibility: Visibility, out: BatchOutput): Call {
      keys.systems = batch.count;
      call.batch = true;
      return fill(kernel, batch, batch, visibility, out);
    },
  };
}
