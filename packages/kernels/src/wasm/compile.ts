import { InputError } from "@meanfield/core/foundation/errors";
import type { Environment } from "./environment.js";
import type { Modules } from "./kernels.js";
import { binaryOf, type Precision, type Simd } from "./simd.js";

/**
 * The modules of a precision.
 * @param shared whether they will share a memory with workers
 * @throws incompatible where the engine or the page will not compile
 * @cost about ten milliseconds
 */
export function compileModules({ compile }: Environment, precision: Precision, simd: Simd, shared: boolean): Modules {
  try {
    const wide = compile(binaryOf("f64", simd, shared));
    return { wide, pairs: precision === "f64" ? wide : compile(binaryOf(precision, simd, shared)) };
  } catch (error) {
    throw new InputError({
      code: "incompatible",
      who: "openWasm",
      rule: "the engine must compile the kernels",
      got: String(error),
      fix: "Add 'wasm-unsafe-eval' to script-src in the page's Content-Security-Policy, or use the backend reference",
    });
  }
}
