import { compileModules } from "../wasm/compile.js";
import { detectEnvironment } from "../wasm/environment.js";
import { instantiate } from "../wasm/kernels.js";
import { chooseSimd, type Precision } from "../wasm/simd.js";

/** The best times of what attention is made of, through the kernels' own instructions. */
export interface PairRoofline {
  /** Nanoseconds of one multiply-add. */
  readonly multiplyAdd: number;
  /** Nanoseconds of one exponential. */
  readonly exponential: number;
}

const rounds = 100_000;
const repeats = 7;
/** Where `measureExp` writes: beyond the tables. */
const scratch = 32768;

function best(run: () => void, now: () => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < repeats; k++) {
    const start = now();
    run();
    least = Math.min(least, now() - start);
  }
  return (least * 1e6) / rounds;
}

/**
 * A measurement of the roofline on one thread; ask for it again between the samples it is compared with.
 * @returns a function that measures
 */
export async function openRoofline(precision: Precision, now: () => number): Promise<() => PairRoofline> {
  const { validate } = await detectEnvironment();
  const { simd } = chooseSimd("auto", validate);
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16 });
  const { pairs } = instantiate(compileModules(precision, simd, false), memory);
  const lanes = precision === "f32" ? 4 : 2;
  // Twelve chains of vectors, and two vectors, a round.
  return () => ({
    multiplyAdd: best(() => pairs.measureFma(rounds), now) / (12 * lanes),
    exponential: best(() => pairs.measureExp(rounds, scratch), now) / (2 * lanes),
  });
}

/** Nanoseconds a pair of softmax attention in d dimensions takes at least: 2d multiply-adds and an exponential. */
export const leastTime = ({ multiplyAdd, exponential }: PairRoofline, d: number): number =>
  2 * d * multiplyAdd + exponential;
