import { uniformSphere } from "@meanfield/core/foundation/random";
import { expect, test } from "vitest";
import { openWasm } from "./index.js";

test("pairs of many rows are counted here, not declined; lengths are left to core", async () => {
  const backend = await openWasm({});
  const [count, m, d] = [3, 40, 5];
  const points = uniformSphere(count * m, d, 1);
  const batch = { count, m, d, points, weights: new Float64Array(m).fill(1 / m) };
  const out = new Float64Array(count);
  expect(backend.rows!.alignedPairs(batch, -2, out)).toBe(true);
  // Every cosine is above −2: Σ_{i<j} w_i w_j = (1 − 1/m)/2, summed over 780 pairs.
  for (const share of out) expect(share).toBeCloseTo((1 - 1 / m) / 2, 13);
  expect(backend.rows!.alignedPairs(batch, 2, out)).toBe(true);
  expect(Array.from(out)).toEqual([0, 0, 0]);
  expect(backend.rows!.normalize(points, count * m, d)).toBe(false);
  backend.close();
});
