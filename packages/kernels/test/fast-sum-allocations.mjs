/**
 * Bytes that a field by fast sums takes once it is warm: `node --expose-gc … fast-sum-allocations.mjs METHOD` prints
 * [{ method, n, reported, bytes, buffers }].
 */
import { createReferenceBackend } from "@meanfield/core/foundation/backend";
import { uniformSphere } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import { withFastSums } from "../dist/fast-sums/index.js";
import { takenBy } from "./meter.mjs";

const exactly = (calls) => ({ least: calls, most: calls, milliseconds: 0 });
// Until the engine has compiled what hands numbers on they are boxed: rounds go on until it has, on a busy machine too.
const warmUp = { least: 100, most: 1000, milliseconds: 2000 };
const effort = { warmUp, calls: exactly(5), rounds: 100, enough: 40_000 };
const cases = [
  { method: "fourier", d: 2, beta: 10 },
  { method: "harmonics", d: 3, beta: 1 },
  { method: "exponential-grid", d: 2, beta: 1 },
  { method: "pruned", d: 3, beta: 100 },
  { method: "auto", d: 2, beta: 10 },
];
const dense = { dense: true, logWeight: () => 0, decay: 0 };

const answers = [];
for (const { method, d, beta } of cases.filter(({ method }) => method === process.argv[2])) {
  const rates = { multiplyAdd: 1, pair: () => 20 };
  const backend = withFastSums(createReferenceBackend(), { accuracy: 1e-6, method, rates });
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  const kernel = {
    weight: "exponential",
    normalisation: "partition",
    heads: [{ beta, queryKey: identity, value: identity }],
  };
  for (const n of [500, 2000]) {
    const source = tokens(uniformSphere(n, d, 1), n, d);
    const out = { field: new Float64Array(n * d) };
    const taken = takenBy(() => backend.field(kernel, source, source, dense, out), effort);
    answers.push({ method, n, reported: backend.activity().summation.map((row) => row.method), ...taken });
  }
}
console.log(JSON.stringify(answers));
