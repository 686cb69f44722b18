import type { SolveErrorCode } from "../foundation/errors/index.js";

/** How a run ended, as a value. `t` is in depth. */
export type Outcome =
  | { readonly status: "completed" }
  | { readonly status: "stopped"; readonly event: string; readonly t: number; readonly tError: number }
  | { readonly status: "failed"; readonly code: SolveErrorCode; readonly t: number; readonly message: string };
