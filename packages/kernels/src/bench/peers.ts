import { fileURLToPath } from "node:url";
import type { Sample } from "./measure.js";
import type { BenchGroup, Precision } from "./plan.js";
import { type PythonOptions, type PythonProcess, startPython } from "./python.js";
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
  /** One sample. @throws (rejects) Error when the process has ended, takes longer than the limit, or answers no times */
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

/** Times that can be compared with. */
function requireSample(answer: Partial<Sample> | null): Sample {
  const { ns = Number.NaN, cpuNs = Number.NaN } = answer ?? {};
  if (Number.isFinite(ns) && ns > 0 && Number.isFinite(cpuNs) && cpuNs >= 0) return { ns, cpuNs };
  throw new Error(`it answered no times: ${JSON.stringify(answer).slice(0, 80)}`);
}

async function ask({ ask: answer, close }: PythonProcess<PeerInfo>, request: PeerRequest): Promise<Sample> {
  try {
    return requireSample(await answer<Partial<Sample> | null>(request));
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Starts the peers.
 * @param python the interpreter
 * @param options.threads of NumPy and PyTorch
 * @returns the process, or a sentence that says why there is none
 */
export async function openPeers(python: string, options: PythonOptions): Promise<PeerProcess | string> {
  const started = await startPython<PeerInfo>(python, script, options);
  if (typeof started === "string") return `No peers: ${python} with NumPy is not there (${started})`;
  return { info: started.first, ask: (request) => ask(started, request), close: started.close };
}
