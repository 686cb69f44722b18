/** Bytes that a repeated computation takes once it is warm. Needs `node --expose-gc`, and a young heap that holds a round. */

/** Repeats a call `most` times, or until the milliseconds are over and it was made `least` times. @returns how often */
function repeat(run, { least, most, milliseconds }) {
  const end = performance.now() + milliseconds;
  let made = 0;
  while (made < most && (made < least || performance.now() < end)) {
    run();
    made++;
  }
  return made;
}

/**
 * What one call takes: `bytes` of the heap and of buffers beside it, the least of rounds in which nothing was collected,
 * since the engine's own work only adds; and `buffers` alone, which arrays of more than 64 bytes have, the greatest of all
 * rounds, since only those are made in it while earlier ones may be freed.
 * @param warmUp { least, most, milliseconds } of calls before the first round
 * @param calls the same of a round
 * @param enough few enough bytes that no more rounds are needed
 */
export function takenBy(run, { warmUp, calls, leastRounds = 0, rounds, enough }) {
  repeat(run, warmUp);
  let [bytes, buffers] = [Number.POSITIVE_INFINITY, 0];
  for (let round = 0; round < rounds && (round < leastRounds || bytes > enough); round++) {
    // Once more, because what the first one found is freed beside it.
    globalThis.gc();
    globalThis.gc();
    const before = process.memoryUsage();
    const made = repeat(run, calls);
    const after = process.memoryUsage();
    const beside = after.arrayBuffers - before.arrayBuffers;
    const taken = after.heapUsed - before.heapUsed + beside;
    buffers = Math.max(buffers, beside / made);
    if (taken >= 0) bytes = Math.min(bytes, taken / made);
  }
  return { bytes, buffers };
}
