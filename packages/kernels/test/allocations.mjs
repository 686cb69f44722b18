/**
 * Bytes a field takes once it is warm: `node --expose-gc --min-semi-space-size=64 allocations.mjs MASK ATTENTION [TOKENS]` prints
 * { control, answers: [{ backend, precision, attention, heads, batch, bytes }] }, `bytes` the least of some rounds. A process knows one mask, as a
 * run does: an engine that has seen several calls the mask through a table, and hands it numbers in new memory.
 */
import { attentionCatalog } from "@meanfield/core/attention";
import { createReferenceBackend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { uniformSphere } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import { masksCatalog } from "@meanfield/core/masks";
import { openBackends } from "../dist/open/index.js";
import { takenBy } from "./meter.mjs";

/** More tokens than 16 to see whether what a field takes grows with them. */
const n = Number(process.argv[4] ?? 16);
const [d, count] = [3, 4];
const exactly = (calls) => ({ least: calls, most: calls, milliseconds: 0 });
/** Few enough bytes are 128: the engine's own work beside the calls only adds. A solve is a hundred sums. */
const sum = { warmUp: exactly(1000), calls: exactly(200), rounds: 150, enough: 128 };
const solve = { warmUp: exactly(300), calls: exactly(20), rounds: 4, enough: 128 };

const plugin = masksCatalog.find(({ name }) => name === process.argv[2]);
const mask = plugin.bind(plugin.params.parse(plugin.name === "alibi" ? { rate: 2 } : {}));
const positions = Float64Array.from({ length: n }, (_, i) => (i + 1) / n);
const cloud = { ...tokens(uniformSphere(n, d, 1), n, d), positions };
const batch = {
  count,
  m: n,
  d,
  points: uniformSphere(count * n, d, 1),
  weights: new Float64Array(n).fill(1 / n),
  positions,
};
const out = { field: new Float64Array(n * d) };
const batchOut = { field: new Float64Array(count * n * d) };

async function backends() {
  const found = [createReferenceBackend()];
  for (const name of ["wasm", "native"]) {
    for (const precision of ["f64", "f32"]) {
      try {
        found.push(...(await openBackends({ name, precision, threads: 1 })));
      } catch (error) {
        if (!(error instanceof InputError) || error.code !== "incompatible") throw error;
      }
    }
  }
  return found;
}

/** One array of a number for each token a call: what the least allocation of a field would take. */
let kept;
const control = takenBy(() => {
  kept = new Float64Array(16);
}, sum);

const answers = [];
for (const backend of await backends()) {
  for (const kind of attentionCatalog) {
    if (kind.name !== process.argv[3]) continue;
    for (const params of [{}, { heads: [{}, {}] }]) {
      const attention = kind.bind(kind.params.parse(params), { d, span: [0, 1] }, backend);
      const subject = {
        backend: backend.name,
        precision: backend.precision,
        attention: kind.name,
        heads: attention.heads,
      };
      const field = () => attention.fieldAt(cloud, cloud, mask, 0, out);
      answers.push({ ...subject, batch: false, ...takenBy(field, attention.traits.denseOnly ? solve : sum) });
      if (!attention.fieldAtBatch?.(batch, mask, 0, batchOut)) continue;
      answers.push({
        ...subject,
        batch: true,
        ...takenBy(() => attention.fieldAtBatch(batch, mask, 0, batchOut), sum),
      });
    }
  }
}
console.log(JSON.stringify({ control, kept: kept.length, answers }));
