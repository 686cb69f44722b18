import type { InputErrorCode } from "@meanfield/core/foundation/errors";
import type { ChunkReport, ChunkWork } from "./compute-chunk.js";

/** What the pool sends to a worker process. */
export type ToWorker =
  /** First of all: the sweep it works on, and the token of its driver. */
  | { readonly kind: "open"; readonly directory: string; readonly driver: string }
  | { readonly kind: "chunk"; readonly work: ChunkWork }
  | { readonly kind: "stop" };

/** What a worker process sends back. */
export type FromWorker =
  | { readonly kind: "ready" }
  /** It begins the k-th cell of a chunk that is computed carefully. */
  | { readonly kind: "cell"; readonly k: number }
  | { readonly kind: "done"; readonly report: ChunkReport; readonly memory: number }
  | { readonly kind: "stopped" }
  /** The chunk cannot be kept: what the disk, or the directory, has wrong. */
  | { readonly kind: "refused"; readonly code: InputErrorCode; readonly who: string; readonly message: string }
  | { readonly kind: "crash"; readonly message: string; readonly stack: string };
