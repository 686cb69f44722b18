import { InputError } from "@meanfield/core/foundation/errors";
import { type Declined, declined } from "../shared/declined.js";
import type { Context, NativeFunctions } from "./library.js";

/** What the methods of one opened backend share: the library's context, and small arrays that are used again. */
export interface Session {
  readonly library: NativeFunctions;
  readonly precision: "f64" | "f32";
  /** @throws conflict after `close` */
  context(): Context;
  close(): void;
  /** Parameters of a call: struct sizes of native/attend.c, and β, bias, decay. */
  readonly sizes: Int32Array;
  readonly scalars: Float64Array;
  /** Ranges of keys seen, at least as long as the queries of the last masked call. */
  from: Int32Array;
  to: Int32Array;
  /** Fields of single systems computed since it was last asked. */
  evaluations: number;
  /** Why the last call that was declined was. */
  declined: Declined;
}

export function createSession(library: NativeFunctions, precision: "f64" | "f32", opened: Context): Session {
  let context: Context | undefined = opened;
  return {
    library,
    precision,
    context() {
      if (context !== undefined) return context;
      throw new InputError({
        code: "conflict",
        who: "native backend",
        rule: "a closed backend computes nothing",
        got: "a call after close()",
        fix: "Open another one with openNative",
      });
    },
    close() {
      if (context !== undefined) library.mf_close(context);
      context = undefined;
    },
    sizes: new Int32Array(10),
    scalars: new Float64Array(3),
    from: new Int32Array(0),
    to: new Int32Array(0),
    evaluations: 0,
    declined: declined.incomplete,
  };
}
