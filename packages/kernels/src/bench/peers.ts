import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Sample } from "./measure.js";
import type { BenchGroup, Precision } from "./plan.js";
import type { BenchKernel } from "./row.js";

/** What the Python process says of itself. */
export interface PeerInfo {
  readonly python: string;
  readonly numpy: string;
  /** OpenBLAS with its kernels; null where NumPy uses another library. */
  readonly blas: string | null;
  readonly torch?: string;
}

/** One thing a peer can be asked to time. */
export interface PeerRequest {
  readonly peer: "numpy" | "torch-sdpa";
  readonly kernel: BenchKernel;
  readonly precision: Precision;
  readonly n: number;
  readonly d: number;
}

/** NumPy, and PyTorch where it is there, in a process of their own. */
export interface PeerProcess {
  readonly info: PeerInfo;
  /** One sample. @throws (rejects) Error when the process has ended */
  ask(request: PeerRequest): Promise<Sample>;
  close(): void;
}

/** Beside n² scores nothing else may need memory. */
const mostTokens = 4096;

/** What the peers of a group can be asked. */
export function peerRequests(
  { kernel, n, d }: BenchGroup,
  { torch }: PeerInfo,
  precisions: readonly Precision[],
): PeerRequest[] {
  if (kernel === "ensemble" || (kernel === "softmax" && n > mostTokens)) return [];
  const numpy = precisions.map((precision): PeerRequest => ({ peer: "numpy", kernel, precision, n, d }));
  if (kernel !== "softmax") return numpy.filter(({ precision }) => precision === "f64");
  if (torch === undefined) return numpy;
  return [...numpy, ...numpy.map((request): PeerRequest => ({ ...request, peer: "torch-sdpa" }))];
}

/**
 * The environment in which OpenBLAS is at its best: the threads asked for, and on a processor with AVX-512 the kernels for
 * it, whatever this process was started with (others are up to four times slower).
 */
function peerEnvironment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _inherited, ...rest } = process.env;
  const wide = existsSync("/proc/cpuinfo") && /\bavx512f\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  const count = String(threads);
  return {
    ...rest,
    OPENBLAS_NUM_THREADS: count,
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    ...(wide ? { OPENBLAS_CORETYPE: "SkylakeX" } : {}),
  };
}

const script = fileURLToPath(new URL("../../peers/attention_peers.py", import.meta.url));

/** Lines of a process, one promise each; undefined once it has ended. */
function linesOf(child: ChildProcess): () => Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    return done === true ? undefined : value;
  };
}

/**
 * Starts the peers.
 * @param python the interpreter
 * @param threads of NumPy and PyTorch
 * @returns the process, or a sentence that says why there is none
 */
export async function openPeers(python: string, threads: number): Promise<PeerProcess | string> {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "pipe"], env: peerEnvironment(threads) });
  let complaint = "";
  child.on("error", (error) => {
    complaint = error.message;
  });
  // A process that has ended takes no more requests; its answer, or the lack of it, says so.
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const next = linesOf(child);
  const first = await next();
  const reason = () => complaint.trim().split("\n").at(-1) || "it ended without a word";
  if (first === undefined) return `No peers: ${python} with NumPy is not there (${reason()})`;
  return {
    info: JSON.parse(first) as PeerInfo,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await next();
      if (line === undefined) throw new Error(`the peer ${request.peer} ended: ${reason()}`);
      return JSON.parse(line) as Sample;
    },
    close: () => child.stdin.end(),
  };
}
