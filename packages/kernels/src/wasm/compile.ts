import type { Modules } from "./kernels.js";
import { binaryOf, type Precision, type Simd } from "./simd.js";

/**
 * The modules of a precision.
 * @param shared whether they will share a memory with workers
 * @cost about ten milliseconds
 */
export function compileModules(precision: Precision, simd: Simd, shared: boolean): Modules {
  const compile = (one: Precision) => new WebAssembly.Module(binaryOf(one, simd, shared));
  const wide = compile("f64");
  return { wide, pairs: precision === "f64" ? wide : compile(precision) };
}
