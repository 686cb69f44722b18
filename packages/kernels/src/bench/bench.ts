import { InputError } from "@meanfield/core/foundation/errors";
import { benchSeed } from "./cases.js";
import { type Contenders, openContenders } from "./contenders.js";
import { type Clocks, type Contender, type Measured, measure, rowOf, speedOver, timesOf } from "./measure.js";
import { keepPeers, type PeerAsked } from "./peer-keeper.js";
import type { PeerInfo, PeerRequest } from "./peers.js";
import { type BenchRequest, benchGroups, type Precision } from "./plan.js";
import type { BenchRow, BenchSubject } from "./row.js";
import { type Ratio, type Timing, timingOf } from "./samples.js";

/**
 * Time of a pair of `over` over that of the row with the same kernel, backend, precision, n, d and threads: above 1, the row is
 * faster.
 */
export interface BenchRatio extends Omit<BenchSubject, "variant"> {
  /**
   * A peer at the same precision and threads, the reference, the same backend on one thread, or, for an ensemble, the same
   * backend and threads on one system of `comparedTokens`: what small systems keep of the kernel's speed.
   */
  readonly over: "numpy" | "torch-sdpa" | "reference" | "one thread" | "one system";
  /** By the clock, of samples of one round. */
  readonly ratio: Ratio;
  /** Of processor time. */
  readonly cpuRatio: Ratio;
}

/** Times of a peer. */
export interface PeerRow extends PeerRequest {
  readonly threads: number;
  readonly nsPerPair: Timing;
  readonly cpuNsPerPair: Timing;
}

/** What one core did at best, in 10⁹ a second; a multiply-add is two operations. */
export interface RooflineRow {
  readonly backend: string;
  readonly precision: Precision;
  readonly gigaExponentials: Timing;
  readonly gigaFlops: Timing;
}

/** What `bench` found, without the machine. */
export interface BenchResult {
  readonly seed: number;
  readonly repeats: number;
  readonly rows: readonly BenchRow[];
  readonly rooflines: readonly RooflineRow[];
  /** Absent where there is no Python with NumPy, or peers were not asked for. */
  readonly peers?: PeerInfo & { readonly rows: readonly PeerRow[] };
  readonly ratios: readonly BenchRatio[];
  /** What was left out, and why. */
  readonly notices: readonly string[];
}

export interface BenchOptions {
  readonly repeats: number;
  readonly clocks: Clocks;
  /** Threads that the standard plan goes up to. */
  readonly processors: number;
  /** The interpreter of the peers; none are timed without it. */
  readonly python?: string;
  /** Milliseconds that a peer may take to start or to answer. Default `answerLimitMs`, a minute. */
  readonly peerLimitMs?: number;
  /** Called before every sample, and while a peer computes; may throw to end the measurement. */
  check?(): void;
  /** @param fraction of the groups that are done */
  onProgress?(fraction: number): void;
}

/** What another contender is to one; undefined where they do not compare. */
function comparisonOf(one: BenchSubject, other: BenchSubject): BenchRatio["over"] | undefined {
  const sameKernels = one.backend === other.backend && one.precision === other.precision;
  if (one.kernel !== other.kernel) return sameKernels && one.threads === other.threads ? "one system" : undefined;
  if (other.threads !== 1) return undefined;
  if (other.backend === "reference" && one.backend !== "reference" && one.threads === 1) return "reference";
  return sameKernels && one.threads > 1 ? "one thread" : undefined;
}

/** Every ratio of a group that compares like with like. */
function ratiosOf(
  contenders: readonly Contender[],
  own: readonly Measured[],
  asked: readonly PeerAsked[],
  others: readonly (Measured | undefined)[],
): BenchRatio[] {
  const ratios: BenchRatio[] = [];
  for (const [k, { case: one, compared }] of contenders.entries()) {
    if (compared) continue;
    const { variant: _variant, ...subject } = one.subject;
    const add = (over: BenchRatio["over"], other: Measured) =>
      ratios.push({ ...subject, over, ...speedOver(own[k]!, other) });
    for (const [p, { request, threads }] of asked.entries()) {
      const other = others[p];
      if (other && request.precision === subject.precision && threads === subject.threads) add(request.peer, other);
    }
    for (const [l, { case: other }] of contenders.entries()) {
      const over = comparisonOf(subject, other.subject);
      if (over !== undefined) add(over, own[l]!);
    }
  }
  return ratios;
}

function rooflineRows({ rooflines }: Contenders): RooflineRow[] {
  return [...rooflines].map(([key, measured]) => {
    const [backend, precision] = key.split(" ") as [string, Precision];
    const rate = (operations: number, times: readonly number[]) => timingOf(times.map((ns) => operations / ns));
    return {
      backend,
      precision,
      gigaExponentials: rate(
        1,
        measured.map((one) => one.exponential),
      ),
      gigaFlops: rate(
        2,
        measured.map((one) => one.multiplyAdd),
      ),
    };
  });
}

function requireRows(rows: readonly BenchRow[], { backends, precisions }: BenchRequest): void {
  if (rows.length > 0) return;
  throw new InputError({
    code: "empty",
    who: "bench",
    rule: "something must be left to measure",
    got: `backends ${backends?.join(", ") ?? "all"}, precisions ${precisions?.join(", ") ?? "all"}`,
    fix: "The reference computes in f64 on one thread only",
  });
}

/**
 * Times the kernels: every group of the plan in turns with its rooflines and peers.
 * @throws (rejects) InputError out-of-range, incompatible (a backend asked for is not there), empty
 */
export async function bench(request: BenchRequest, options: BenchOptions): Promise<BenchResult> {
  const { repeats, clocks, python, peerLimitMs, check } = options;
  const { precisions = ["f64", "f32"], backends } = request;
  const groups = benchGroups(request, options.processors);
  const contenders = openContenders(precisions, { strict: backends !== undefined, now: clocks.now });
  const notices: string[] = [];
  const keeper = keepPeers({
    precisions,
    notice: (sentence) => notices.push(sentence),
    ...(python === undefined ? {} : { python }),
    ...(peerLimitMs === undefined ? {} : { limitMs: peerLimitMs }),
    ...(check === undefined ? {} : { check }),
  });
  const [rows, peerRows, ratios]: [BenchRow[], PeerRow[], BenchRatio[]] = [[], [], []];
  try {
    for (const [g, group] of groups.entries()) {
      options.onProgress?.(g / groups.length);
      const cases = await contenders.of(group);
      if (cases.length === 0) continue;
      const asked = group.alone === true ? [] : await keeper.of(group);
      const peers = asked.map((one) => one.ask);
      const found = await measure(cases, { repeats, clocks, peers, ...(check === undefined ? {} : { check }) });
      rows.push(...cases.flatMap((one, k) => (one.compared ? [] : [rowOf(one.case, found.contenders[k]!)])));
      for (const [k, { request: one, threads }] of asked.entries()) {
        const times = found.peers[k];
        if (times !== undefined) peerRows.push({ ...one, threads, ...timesOf(times) });
      }
      ratios.push(...ratiosOf(cases, found.contenders, asked, found.peers));
    }
    requireRows(rows, request);
    const info = keeper.info();
    return {
      seed: benchSeed,
      repeats,
      rows,
      rooflines: rooflineRows(contenders),
      ...(info === undefined ? {} : { peers: { ...info, rows: peerRows } }),
      ratios,
      notices: [...contenders.notices, ...notices],
    };
  } finally {
    contenders.close();
    keeper.close();
  }
}
