import type { Backend } from "@meanfield/core/foundation/backend";
import type { PairWork } from "./row.js";
import { exponentials as scalarExponentials, multiplyAdds as scalarMultiplyAdds } from "./scalar-loops.js";

/** Nanoseconds of one operation on one core, in loops over registers through the backend's own instructions. */
export interface Roofline {
  readonly exponential: number;
  readonly multiplyAdd: number;
}

/** A backend that can time its own instructions, as `openWasm` and `openNative` give it. */
export interface RooflineLoops {
  /** Runs a loop. @returns operations per round: exponentials, or multiply-adds */
  roofline(kind: "exponential" | "multiply-add", rounds: number): number;
}

/** The loops of a backend; those of plain JavaScript where it has none of its own. */
export function loopsOf(backend: Backend): RooflineLoops {
  if ("roofline" in backend) return backend as Backend & RooflineLoops;
  return {
    roofline: (kind, rounds) => (kind === "exponential" ? scalarExponentials(rounds) : scalarMultiplyAdds(rounds)),
  };
}

/** A loop lasts at least about this long, ms. */
const loopMs = 0.25;
/** The least of so many loops counts. */
const repeats = 5;

/** How often a loop goes round to last long enough. */
function roundsOf(run: (rounds: number) => void, now: () => number): number {
  for (let rounds = 1000; ; rounds *= 4) {
    run(rounds);
    const start = now();
    run(rounds);
    const spent = now() - start;
    if (spent >= loopMs / 4) return Math.ceil((rounds * loopMs) / spent);
    if (rounds > 1e9) throw new Error("the roofline's loop takes no time");
  }
}

/**
 * A measurement of the roofline of one core; ask for it again with every sample it is compared with.
 * @param now a clock, ms
 * @returns a function that measures, some 3 ms a call
 */
export function openRoofline(loops: RooflineLoops, now: () => number): () => Roofline {
  const prepared = (["exponential", "multiply-add"] as const).map((kind) => {
    const rounds = roundsOf((count) => void loops.roofline(kind, count), now);
    return (): number => {
      let least = Number.POSITIVE_INFINITY;
      for (let k = 0; k < repeats; k++) {
        const start = now();
        const operations = loops.roofline(kind, rounds);
        least = Math.min(least, ((now() - start) * 1e6) / (rounds * operations));
      }
      return least;
    };
  });
  const [exponential, multiplyAdd] = prepared as [() => number, () => number];
  return () => ({ exponential: exponential(), multiplyAdd: multiplyAdd() });
}

/** The least time of a pair, and what sets it. */
export interface LeastTime {
  readonly ns: number;
  readonly bound: "exponential" | "multiply-add";
}

/**
 * The roofline of a pair on one core: max(E·t_exp, M·t_fma), E exponentials and M multiply-adds a pair; softmax attention
 * has E = 1 and M = 2d. Each ceiling is what the kernel would take if it did nothing else, so the fraction is never
 * flattered; as both kinds run on the same units, a kernel at best takes their sum, which is twice the greater where they
 * are equal.
 * @source derived: the roofline model with two compute ceilings
 */
export function leastTime({ exponential, multiplyAdd }: Roofline, work: PairWork): LeastTime {
  const times = { exponential: work.exponentials * exponential, "multiply-add": work.multiplyAdds * multiplyAdd };
  const bound = times.exponential >= times["multiply-add"] ? "exponential" : "multiply-add";
  return { ns: times[bound], bound };
}
