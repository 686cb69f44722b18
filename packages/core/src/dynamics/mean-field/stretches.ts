import type { Mask } from "../../masks/contract.js";

/** Places of queries in a stretch; of keys there are twice as many, none where a query stands. */
const places = 16;

/** Mean weight of the keys of stretch q for the queries of stretch p. */
function meanWeight({ logWeight }: Mask, count: number, p: number, q: number): number {
  let sum = 0;
  for (let i = 0; i < places; i++) {
    const query = (p + (i + 0.5) / places) / count;
    for (let j = 0; j < 2 * places; j++) sum += Math.exp(logWeight(query, (q + (j + 0.5) / (2 * places)) / count));
  }
  return sum / (2 * places ** 2);
}

/**
 * A mask between stretches of the context, each of which stands at one position s = (p + ½)/count: its weights averaged
 * over the places of query and key in their stretches. Under a causal mask a stretch sees half of itself.
 *
 * @cost 512·count² weights, once
 * @accuracy h² for kinds that divide by n, h² log(1/h) for normalised ones, h = 1/count (mean-field/masked-box.test.ts,
 *   mean-field/masked.test.ts)
 * @source derived
 */
export function overStretches(mask: Mask, count: number): Mask {
  // The end of the context, s = 1, belongs to the last stretch: one row and one column more.
  const width = count + 1;
  const last = (p: number): number => Math.min(count - 1, p);
  const weights = new Float64Array(width * width);
  for (let p = 0; p < count; p++) {
    for (let q = 0; q < count; q++) weights[p * width + q] = Math.log(meanWeight(mask, count, p, q));
  }
  for (let k = 0; k < width * width; k++) {
    weights[k] = weights[last(Math.floor(k / width)) * width + last(k % width)]!;
  }
  return {
    name: mask.name,
    dense: false,
    // So small that the loop over the pairs takes it in, which spares every pair three numbers in memory.
    logWeight: (query, key) => weights[Math.floor(query * count) * width + Math.floor(key * count)]!,
  };
}
