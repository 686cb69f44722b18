import { type NdArray, ndarray } from "@meanfield/core/foundation/shapes";

/** Which hook points to keep, by name; nothing is copied or kept for the others. */
export type CaptureFilter = (name: string) => boolean;

/** Offers a value at a hook point; the array must not be written to afterwards. */
export type Hook = (name: string, shape: readonly number[], data: Float64Array) => void;

/** A hook that keeps what the filter asks for, and what it kept. */
export interface Recorder {
  readonly hook: Hook;
  readonly captured: Readonly<Record<string, NdArray>>;
}

/** Keeps the values whose names pass the filter. @param filter left out: keeps nothing */
export function recorder(filter?: CaptureFilter): Recorder {
  const captured: Record<string, NdArray> = {};
  return {
    captured,
    hook(name, shape, data): void {
      if (filter?.(name)) captured[name] = ndarray(shape, data);
    },
  };
}

/** The same hook with names under a prefix: `attn` + `hook_q` → `attn.hook_q`. */
export function under(prefix: string, hook: Hook): Hook {
  return (name, shape, data) => hook(`${prefix}.${name}`, shape, data);
}
