import type { Backend } from "@meanfield/core/foundation/backend";

/** What work costs on this machine. */
export interface Rates {
  /** Nanoseconds per multiply-add of a fast method. */
  readonly multiplyAdd: number;
  /** Nanoseconds per pair of a query and a key of the direct backend, by dimension. */
  pair(d: number): number;
}

/** Milliseconds since any fixed moment. */
export type Clock = () => number;

/** Nanoseconds per unit of work of the fastest of a few runs. */
function fastest(clock: Clock, units: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 4; k++) {
    const start = clock();
    run();
    best = Math.min(best, clock() - start);
  }
  // A clock may be as coarse as .1 ms: half a tick stands for nothing measured.
  return (1e6 * Math.max(best, 5e-3)) / units;
}

/** Horner's rule over a small table: the inner loop of every fast method. */
function multiplyAdds(table: Float64Array, rounds: number): number {
  let sum = 0;
  for (let k = 0; k < rounds; k++) {
    let value = 0;
    for (let r = 0; r < table.length; r++) value = value * 0.5 + table[r]!;
    sum += value;
  }
  return sum;
}

/** One direct field of 512 keys at 32 queries on the moment curve. */
function directPairs(direct: Backend, d: number): () => void {
  const [m, count] = [512, 32];
  const points = Float64Array.from({ length: m * d }, (_, k) => Math.sin(k + 1));
  const weights = new Float64Array(m).fill(1 / m);
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  const kernel = {
    weight: "exponential",
    normalisation: "partition",
    heads: [{ beta: 1, queryKey: identity, value: identity }],
  } as const;
  const source = { m, d, points, weights };
  const queries = { m: count, d, points: points.subarray(0, count * d), weights: weights.subarray(0, count) };
  const field = new Float64Array(count * d);
  return () => {
    direct.field(kernel, source, queries, { dense: true, logWeight: () => 0, decay: 0 }, { field });
  };
}

/** A positive number under its name: the one kept, or `measure()`, which is kept from then on. */
export type Keeper = (name: string, measure: () => number) => number;

/** Numbers of this process alone. */
export function keepInMemory(): Keeper {
  const known = new Map<string, number>();
  return (name, measure) => {
    const value = known.get(name) ?? measure();
    known.set(name, value);
    return value;
  };
}

/**
 * Measures both rates when they are first asked for: a few milliseconds per dimension.
 * @param clock milliseconds
 * @param keep where measured rates stay; a keeper that outlives the process makes the choice of methods the same in the next
 */
export function measureRates(direct: Backend, clock: Clock, keep: Keeper = keepInMemory()): Rates {
  const table = Float64Array.from({ length: 64 }, (_, k) => 1 / (k + 1));
  const who = [direct.name, direct.variant ?? "", direct.precision].filter(Boolean).join(" ");
  const once = keepInMemory();
  const rate = (name: string, measure: () => number) => once(name, () => keep(name, measure));
  return {
    get multiplyAdd() {
      return rate("multiply-add", () => fastest(clock, 64 * 2000, () => void multiplyAdds(table, 2000)));
    },
    pair: (d) => rate(`${who} pair ${d}`, () => fastest(clock, 512 * 32, directPairs(direct, d))),
  };
}
