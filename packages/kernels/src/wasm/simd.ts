import { InputError } from "@meanfield/core/foundation/errors";
import { binaries } from "./binaries.js";

/** `relaxed` has fused multiply-add. */
export type Simd = "relaxed" | "plain";
export type Precision = "f64" | "f32";

/** What the engine can compile; tests give other answers. */
export type Validate = (binary: Uint8Array<ArrayBuffer>) => boolean;

/** The bytes of a module. @param shared whether its memory is shared with workers */
export function binaryOf(precision: Precision, simd: Simd, shared: boolean): Uint8Array<ArrayBuffer> {
  const { base64, memoryFlagsAt } = binaries[`${precision}-${simd}`];
  const binary = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  // 1: has a maximum, 3: has a maximum and is shared. Nothing else differs.
  binary[memoryFlagsAt] = shared ? 3 : 1;
  return binary;
}

/** Node before 22 has relaxed SIMD behind a flag that counts for modules compiled after it. */
export async function allowRelaxedSimd(): Promise<void> {
  const node = (globalThis as { process?: { versions?: { node?: string }; getBuiltinModule?: unknown } }).process;
  if (node?.versions?.node === undefined) return;
  const name = "node:v8";
  const v8: { setFlagsFromString?: (flags: string) => void } = await import(/* @vite-ignore */ name).catch(() => ({}));
  v8.setFlagsFromString?.("--experimental-wasm-relaxed-simd");
}

/**
 * Relaxed SIMD where the engine has it, or what the caller asked for.
 * @throws incompatible when the engine has no SIMD, or not the one asked for
 */
export function chooseSimd(asked: Simd | "auto", validate: Validate): { simd: Simd; notices: readonly string[] } {
  const has = (simd: Simd) => validate(binaryOf("f64", simd, false));
  const candidates: readonly Simd[] = asked === "auto" ? ["relaxed", "plain"] : [asked];
  const simd = candidates.find(has);
  if (simd === undefined) {
    throw new InputError({
      code: "incompatible",
      who: "openWasm",
      rule: `the engine must run WebAssembly with ${asked === "relaxed" ? "relaxed SIMD" : "SIMD"}`,
      got: "one that does not",
      fix:
        asked === "relaxed"
          ? 'Ask for simd: "auto", which takes plain SIMD then'
          : "Use the backend reference, or Node 20.19 or a browser of 2021 or later",
    });
  }
  const notice = "No relaxed SIMD in this engine: multiplication and addition are not fused, up to 1.5 times slower.";
  return { simd, notices: asked === "auto" && simd === "plain" ? [notice] : [] };
}
