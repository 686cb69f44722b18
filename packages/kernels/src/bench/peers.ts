import { fileURLToPath } from "node:url";
import type { Sample } from "./measure.js";
import type { BenchGroup, Precision } from "./plan.js";
import { startPython } from "./python.js";
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

const script = fileURLToPath(new URL("../../peers/attention_peers.py", import.meta.url));

/**
 * Starts the peers.
 * @param python the interpreter
 * @param threads of NumPy and PyTorch
 * @returns the process, or a sentence that says why there is none
 */
export async function openPeers(python: string, threads: number): Promise<PeerProcess | string> {
  const started = await startPython<PeerInfo>(python, script, threads);
  if (typeof started === "string") return `No peers: ${python} with NumPy is not there (${started})`;
  return { info: started.first, ask: (request) => started.ask<Sample>(request), close: started.close };
}
