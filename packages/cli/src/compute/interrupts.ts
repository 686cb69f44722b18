import { setImmediate } from "node:timers/promises";

/** Signals that mean "stop": Ctrl-C, kill, and a closed terminal. */
export const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Thrown when the user interrupted the computation. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** What is kept of the work; undefined where nothing is. */
  readonly kept: string | undefined;

  constructor(kept?: string) {
    super("interrupted");
    this.kept = kept;
  }
}

/**
 * Runs an action that must not be cut off at any point. A signal only takes effect where the action calls `check`,
 * which then throws: there the action has to leave nothing half-written behind.
 *
 * @throws Interrupted
 */
export async function withInterrupts<T>(action: (check: () => Promise<void>) => Promise<T>): Promise<T> {
  let asked = false;
  const note = () => {
    asked = true;
  };
  for (const signal of stopSignals) process.on(signal, note);
  try {
    return await action(async () => {
      // Signals that came during a long synchronous stretch are delivered in the next turn of the event loop.
      await setImmediate();
      if (asked) throw new Interrupted();
    });
  } finally {
    for (const signal of stopSignals) process.off(signal, note);
  }
}
