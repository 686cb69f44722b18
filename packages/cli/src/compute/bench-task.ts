import { availableParallelism } from "node:os";
import type { RunProgress } from "@meanfield/core/experiment";
import type { CancelSignal } from "@meanfield/core/foundation/cancel";
import { type BenchResult, bench } from "@meanfield/kernels/bench";
import type { BenchTask } from "./protocol.js";

/** Milliseconds of processor time of all threads of this process. */
function processor(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Times the kernels of this machine. */
export function computeBench(
  { request, repeats, python }: BenchTask,
  options: { readonly cancel: CancelSignal; onProgress(progress: RunProgress): void },
): Promise<BenchResult> {
  return bench(request, {
    repeats,
    clocks: { now: () => performance.now(), processor },
    processors: availableParallelism(),
    ...(python === undefined ? {} : { python }),
    check() {
      if (options.cancel.aborted) throw new Error("the benchmark was cancelled");
    },
    onProgress: (fraction) => options.onProgress({ stage: "bench", fraction }),
  });
}
