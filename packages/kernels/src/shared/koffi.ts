import { createRequire } from "node:module";
import { InputError } from "@meanfield/core/foundation/errors";

/** The part of koffi that is used. */
export interface Koffi {
  config(): { readonly sync_stack_size: number };
  config(settings: { readonly sync_stack_size: number }): unknown;
  load(path: string): Library;
}

/** A loaded library: functions by name, with koffi's names of the types. */
export interface Library {
  func(name: string, result: string, parameters: readonly string[]): (...args: readonly unknown[]) => unknown;
}

/** The first line of what an error says. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

/** The optional package koffi. @throws unreadable when it is not installed */
export function requireKoffi(who: string): Koffi {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (error) {
    throw new InputError({
      code: "unreadable",
      who,
      rule: "the package koffi must be installed, it calls native libraries",
      got: reasonOf(error),
      fix: "Run npm install koffi@3.3.4",
    });
  }
}

/**
 * koffi calls on a stack of its own, of 2 MiB unless told otherwise before anything is loaded. OpenBLAS with several
 * threads keeps half a MiB per level of its recursive LU on the stack, and writes over other arrays when that overflows.
 */
export const stackBytes = 16 * 2 ** 20;

/** Gives koffi's calls the stack they need; returns why it cannot, or undefined. Before the first library is loaded. */
export function enlargeStack(koffi: Koffi): string | undefined {
  const { sync_stack_size: present } = koffi.config();
  if (present >= stackBytes) return undefined;
  try {
    koffi.config({ sync_stack_size: stackBytes });
    return undefined;
  } catch (error) {
    return `${present} bytes that can no longer be changed (${reasonOf(error)})`;
  }
}
