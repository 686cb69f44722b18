import { InputError } from "@meanfield/core/foundation/errors";
import type { BenchKernel } from "./row.js";

export const benchBackends = ["reference", "wasm", "native"] as const;
export type BenchBackend = (typeof benchBackends)[number];
export type Precision = "f64" | "f32";

/** What is timed in turns: the backends at every number of threads and precision, and the peers. */
export interface BenchGroup {
  readonly kernel: BenchKernel;
  readonly n: number;
  readonly d: number;
  readonly threads: readonly number[];
  readonly backends: readonly BenchBackend[];
  /** Without peers, whose threads go on spinning for a while after their turn: several threads need idle processors. */
  readonly alone?: boolean;
}

/** What a caller may ask for; what is left out is the standard plan's. */
export interface BenchRequest {
  readonly backends?: readonly BenchBackend[];
  readonly precisions?: readonly Precision[];
  readonly kernels?: readonly BenchKernel[];
  readonly n?: readonly number[];
  readonly d?: readonly number[];
  readonly threads?: readonly number[];
}

/** Tokens at which dimensions are compared, */
const standardTokens = 2048;
/** and threads: 1.7·10⁷ pairs. */
const sharedTokens = 4096;
/** The reference takes a thousand times native's time, and its nanoseconds a pair hardly depend on n. */
const referenceTokens = 256;
const fast = ["wasm", "native"] as const;

/** 1, 2, 4, … up to the processors. */
function threadCounts(processors: number): number[] {
  const counts: number[] = [];
  for (let threads = 1; threads < processors; threads *= 2) counts.push(threads);
  return [...counts, processors];
}

/** Scaling in d, in n and in threads, each with the others held: about half a minute. */
function standardGroups(processors: number): BenchGroup[] {
  const softmax = { kernel: "softmax", threads: [1] } as const;
  const dimensions = [2, 3, 4, 8, 16, 32, 64, 128].map(
    (d): BenchGroup => ({ ...softmax, n: standardTokens, d, backends: fast }),
  );
  // At two dimensions, one of exponentials and one of multiply-adds, n and threads vary too.
  const sizes = [
    ...[64, 512, 8192].map((n): BenchGroup => ({ ...softmax, n, d: 3, backends: fast })),
    ...[64, 512].map((n): BenchGroup => ({ ...softmax, n, d: 64, backends: fast })),
  ];
  const threads = threadCounts(processors);
  const shared = [3, 64].map(
    (d): BenchGroup => ({ kernel: "softmax", n: sharedTokens, d, threads, backends: fast, alone: true }),
  );
  const plain = [2, 3, 16, 64, 128].map(
    (d): BenchGroup => ({ ...softmax, n: referenceTokens, d, backends: benchBackends }),
  );
  const alone = { threads: [1], backends: benchBackends } as const;
  const rest: BenchGroup[] = [
    ...[3, 8, 16].map((d): BenchGroup => ({ kernel: "ensemble", n: 32, d, threads: [1], backends: fast })),
    ...[64, 256].map((d): BenchGroup => ({ kernel: "product", n: d, d, ...alone })),
    { kernel: "normals", n: 100_000, d: 1, ...alone },
  ];
  return [...dimensions, ...sizes, ...shared, ...plain, ...rest];
}

/** Every combination of what was asked for. */
function productGroups({ kernels, n, d, threads, backends }: BenchRequest): BenchGroup[] {
  const shared = { threads: threads ?? [1], backends: backends ?? benchBackends };
  return (kernels ?? ["softmax"]).flatMap((kernel): BenchGroup[] => {
    const [sizes, dimensions] = [n ?? defaultTokens, d ?? defaultDimensions];
    if (kernel === "product") return dimensions.map((one) => ({ kernel, n: one, d: one, ...shared, threads: [1] }));
    if (kernel === "normals") return sizes.map((one) => ({ kernel, n: one, d: 1, ...shared, threads: [1] }));
    return sizes.flatMap((size) => dimensions.map((one) => ({ kernel, n: size, d: one, ...shared })));
  });
}

/** The greatest n·n·d that is timed: a minute of plain JavaScript. */
const mostWork = 2 ** 35;
const mostTokens = 2 ** 17;

/** Tokens and dimensions where only the kernel or the other of them is named. */
const [defaultTokens, defaultDimensions] = [[standardTokens], [3, 64]] as const;

function checkRequest({ n = defaultTokens, d = defaultDimensions, threads = [] }: BenchRequest): void {
  const bounds = [
    ["n", n, mostTokens],
    ["d", d, 1024],
    ["threads", threads, 64],
  ] as const;
  for (const [name, values, most] of bounds) {
    for (const value of values) {
      if (Number.isInteger(value) && value >= (name === "d" ? 2 : 1) && value <= most) continue;
      throw new InputError({
        code: "out-of-range",
        who: `bench ${name}`,
        rule: `it must be an integer from ${name === "d" ? 2 : 1} to ${most}`,
        got: String(value),
      });
    }
  }
  if (Math.max(...n) ** 2 * Math.max(...d) > mostWork) {
    throw new InputError({
      code: "out-of-range",
      who: "bench",
      rule: "a velocity must take at most 2^35 = n·n·d multiply-adds",
      got: `n = ${Math.max(...n)}, d = ${Math.max(...d)}`,
      fix: "Take fewer tokens, or measure large n at small d",
    });
  }
}

/**
 * The groups of a request: every combination of what it names, or the standard plan where it names neither a kernel nor
 * sizes.
 * @throws InputError out-of-range
 */
export function benchGroups(request: BenchRequest, processors: number): BenchGroup[] {
  checkRequest(request);
  const { kernels, n, d, threads, backends } = request;
  if (kernels ?? n ?? d ?? threads) return productGroups(request);
  const wanted = (group: BenchGroup): BenchGroup => ({
    ...group,
    backends: group.backends.filter((one) => backends === undefined || backends.includes(one)),
  });
  return standardGroups(processors)
    .map(wanted)
    .filter((group) => group.backends.length > 0);
}
