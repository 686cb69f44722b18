import { tokens } from "@meanfield/core/foundation/shapes";
import { expect, test } from "vitest";
import { openWasm } from "./index.js";

test.each(["f64", "f32"] as const)(
  "tokens that are all 0 have size, and are not left to the reference: %s",
  async (precision) => {
    const backend = await openWasm({ precision });
    const cloud = tokens(new Float64Array(6), 3, 2);
    const identity = Float64Array.of(1, 0, 0, 1);
    const kernel = {
      weight: "exponential",
      normalisation: "partition",
      heads: [{ beta: 1, queryKey: identity, value: identity }],
    } as const;
    const field = new Float64Array(6).fill(Number.NaN);
    expect(backend.field(kernel, cloud, cloud, { dense: true, logWeight: () => 0, decay: 0 }, { field })).toBe(true);
    expect(field).toEqual(new Float64Array(6));
    // Smaller than any number that the kernels could tell from 0, and not 0.
    cloud.points[0] = 5e-324;
    expect(backend.field(kernel, cloud, cloud, { dense: true, logWeight: () => 0, decay: 0 }, { field })).toBe(false);
    backend.close();
  },
);
