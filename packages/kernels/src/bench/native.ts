import type { KernelDescription } from "@meanfield/core/foundation/backend";
import { uniformSphere } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import type { NativeBackend } from "../native/index.js";
import { type Timing, timeInTurns, timingOf, type Work } from "./samples.js";

/** One line of `bench` (format.md), with the spread of its samples. */
export interface BenchRow {
  readonly kernel: string;
  readonly backend: string;
  readonly precision: "f64" | "f32";
  readonly n: number;
  readonly d: number;
  readonly threads: number;
  readonly nsPerPair: Timing;
  /** Part of what one core can do at best; of exponentials up to d = 3, of multiply-adds above; one thread only. */
  readonly rooflineFraction?: number;
}

/** What one core did at best in this run. */
export interface Roofline {
  readonly precision: "f64" | "f32";
  /** 10⁹ exponentials per second. */
  readonly gigaExponentials: Timing;
  /** 10⁹ floating-point operations per second, two to a multiply-add. */
  readonly gigaFlops: Timing;
}

export interface NativeBench {
  readonly rooflines: readonly Roofline[];
  readonly rows: readonly BenchRow[];
}

export interface NativeBenchSettings {
  readonly n: number;
  readonly dimensions: readonly number[];
  readonly repeats: number;
  readonly seed: number;
  /** A clock, ms. */
  now(): number;
}

/** A sample lasts at least about this long, ms. */
const sampleMs = 10;
/** Up to this dimension the exponential is most of the work. */
const exponentialDimension = 3;

/** Softmax with Q = K = V = I, β = 1, over n tokens on the sphere. */
function softmaxOnSphere(backend: NativeBackend, d: number, { n, seed }: NativeBenchSettings): Work {
  const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  const kernel: KernelDescription = {
    weight: "exponential",
    normalisation: "partition",
    heads: [{ beta: 1, queryKey: identity, value: identity }],
  };
  const cloud = tokens(uniformSphere(n, d, seed), n, d);
  const out = { field: new Float64Array(n * d) };
  const mask = { dense: true, logWeight: () => 0, decay: 0 };
  return { run: () => void backend.field(kernel, cloud, cloud, mask, out) };
}

/** Rounds of one run of a roofline loop: about a millisecond. */
const rounds = 50_000;

const rooflineOf = (backend: NativeBackend, kind: "exponential" | "multiply-add"): Work => ({
  run: () => void backend.roofline(kind, rounds),
});

/** Samples as 10⁹ operations per second; the "minimum" is the best. */
function rate(samples: readonly number[], operations: number): Timing {
  const perSecond = samples.map((ms) => (operations * rounds) / ms / 1e6);
  return { ...timingOf(perSecond), min: Math.max(...perSecond) };
}

/**
 * Times of the attention kernel next to the rooflines of the same library, all in turns.
 * @param backends of any precision and number of threads
 * @cost repeats × (backends × dimensions + 2 × backends) samples of 10 ms or more
 */
export function benchNative(backends: readonly NativeBackend[], settings: NativeBenchSettings): NativeBench {
  const { n, dimensions, repeats, now } = settings;
  const cases = backends.flatMap((backend) => dimensions.map((d) => ({ backend, d })));
  const kinds = ["exponential", "multiply-add"] as const;
  const works = [
    ...cases.map(({ backend, d }) => softmaxOnSphere(backend, d, settings)),
    ...backends.flatMap((backend) => kinds.map((kind) => rooflineOf(backend, kind))),
  ];
  const samples = timeInTurns(works, repeats, sampleMs, now);
  const rooflines = backends.map((backend, b): Roofline => {
    const [exponentials, products] = [samples[cases.length + 2 * b]!, samples[cases.length + 2 * b + 1]!];
    return {
      precision: backend.precision,
      gigaExponentials: rate(exponentials, backend.roofline("exponential", 0)),
      gigaFlops: rate(products, 2 * backend.roofline("multiply-add", 0)),
    };
  });
  const rows = cases.map(({ backend, d }, c): BenchRow => {
    const nsPerPair = timingOf(samples[c]!.map((ms) => (ms * 1e6) / n / n));
    const roofline = rooflines[backends.indexOf(backend)]!;
    const ideal =
      d <= exponentialDimension ? 1 / roofline.gigaExponentials.median : (4 * d) / roofline.gigaFlops.median;
    return {
      kernel: "softmax",
      backend: `${backend.name} ${backend.variant}`,
      precision: backend.precision,
      n,
      d,
      threads: backend.threads,
      nsPerPair,
      ...(backend.threads === 1 ? { rooflineFraction: ideal / nsPerPair.median } : {}),
    };
  });
  return { rooflines: rooflines.filter((_, b) => backends[b]!.threads === 1), rows };
}
