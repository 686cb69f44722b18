/**
 * Bytes a field takes once it is warm: `node --expose-gc --min-semi-space-size=64 allocations.mjs MASK` prints
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

const [n, d, count] = [16, 3, 4];
const [warmUp, calls, rounds] = [1000, 200, 150];
/** Few enough bytes that no more rounds are needed: the engine's own work beside the calls only adds. */
const enough = 128;

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

/**
 * What one call takes: `bytes` of the heap and of buffers beside it, the least of rounds in which nothing was collected,
 * since the engine's own work only adds; and `buffers` alone, which arrays of more than 64 bytes have, the greatest of all
 * rounds, since only those are made in it while earlier ones may be freed.
 */
function takenBy(run) {
  for (let k = 0; k < warmUp; k++) run();
  let [bytes, buffers] = [Number.POSITIVE_INFINITY, 0];
  for (let round = 0; round < rounds && bytes > enough; round++) {
    globalThis.gc();
    const before = process.memoryUsage();
    for (let k = 0; k < calls; k++) run();
    const after = process.memoryUsage();
    const beside = after.arrayBuffers - before.arrayBuffers;
    const taken = after.heapUsed - before.heapUsed + beside;
    buffers = Math.max(buffers, beside / calls);
    if (taken >= 0) bytes = Math.min(bytes, taken / calls);
  }
  return { bytes, buffers };
}

/** One array of a number for each token a call: what the least allocation of a field would take. */
let kept;
const control = takenBy(() => {
  kept = new Float64Array(n);
});

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
      answers.push({ ...subject, batch: false, ...takenBy(field) });
      if (!attention.fieldAtBatch?.(batch, mask, 0, batchOut)) continue;
      answers.push({
        ...subject,
        batch: true,
        ...takenBy(() => attention.fieldAtBatch(batch, mask, 0, batchOut)),
      });
    }
  }
}
console.log(JSON.stringify({ control, kept: kept.length, answers }));
