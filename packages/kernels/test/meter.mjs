/** Bytes that a repeated computation takes once it is warm. Needs `node --expose-gc`, and a young heap that holds a round. */

/**
 * What one call takes: `bytes` of the heap and of buffers beside it, the least of rounds in which nothing was collected,
 * since the engine's own work only adds; and `buffers` alone, which arrays of more than 64 bytes have, the greatest of all
 * rounds, since only those are made in it while earlier ones may be freed.
 * @param enough few enough bytes that no more rounds are needed
 */
export function takenBy(run, { warmUp, calls, rounds, enough }) {
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
