import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InputError } from "@meanfield/core/foundation/errors";
import { enlargeStack, reasonOf, requireKoffi } from "../shared/koffi.js";
import { libraryFault } from "./record.js";

type Bytes = ArrayBufferView | null;

/** A backend's context in the library. */
export type Context = unknown;

/** The functions of the library; native/*.c says what they do. */
export interface NativeFunctions {
  mf_interface(): number;
  mf_best_instructions(): number;
  mf_open(instructions: number, threads: number, threshold: number): Context | null;
  mf_close(context: Context): void;
  mf_threads(context: Context): number;
  mf_attend(context: Context, sizes: Int32Array, scalars: Float64Array, ...arrays: readonly Bytes[]): number;
  mf_perceptron(context: Context, sizes: Int32Array, factor: number, ...arrays: readonly Float64Array[]): number;
  mf_product(
    context: Context,
    m: number,
    k: number,
    n: number,
    flipA: number,
    flipB: number,
    ...arrays: readonly Float64Array[]
  ): number;
  mf_combine(
    context: Context,
    size: number,
    count: number,
    factors: Float64Array,
    base: Float64Array,
    out: Float64Array,
    ...terms: readonly (Float64Array | null)[]
  ): void;
  mf_normals(
    context: Context,
    words: Uint32Array,
    first: number,
    count: number,
    out: Float64Array,
    tails: Int32Array,
  ): number;
  mf_normalize(context: Context, x: Float64Array, n: number, d: number): void;
  mf_aligned_pairs(
    context: Context,
    count: number,
    m: number,
    d: number,
    above: number,
    ...arrays: readonly Float64Array[]
  ): number;
  mf_roofline(context: Context, single: number, kind: number, repeats: number): number;
}

const pointers = (count: number): string[] => Array<string>(count).fill("void *");

/** koffi's names of the types of every function. */
export const signatures: Readonly<
  Record<keyof NativeFunctions, readonly [result: string, parameters: readonly string[]]>
> = {
  mf_interface: ["int32", []],
  mf_best_instructions: ["int32", []],
  mf_open: ["void *", ["int32", "int32", "double"]],
  mf_close: ["void", ["void *"]],
  mf_threads: ["int32", ["void *"]],
  mf_attend: ["int32", pointers(18)],
  mf_perceptron: ["int32", [...pointers(2), "double", ...pointers(5)]],
  mf_product: ["int32", ["void *", ...Array<string>(5).fill("int32"), ...pointers(3)]],
  mf_combine: ["void", ["void *", "int64", "int32", ...pointers(11)]],
  mf_normals: ["int32", [...pointers(2), "uint32", "int32", ...pointers(2)]],
  mf_normalize: ["void", [...pointers(2), "int64", "int32"]],
  mf_aligned_pairs: ["int32", ["void *", "int32", "int32", "int32", "double", ...pointers(3)]],
  mf_roofline: ["double", ["void *", "int32", "int32", "int64"]],
};

/** The version of the functions' parameters; native/context.c has the same number. */
const interfaceNumber = 3;

const who = "openNative";

/** Where `npm run build:native` puts the library of a platform and a processor, by Node's names; default this one's. */
export function nativeLibraryPath(platform: string = process.platform, arch: string = process.arch): string {
  const suffix = platform === "darwin" ? "dylib" : platform === "win32" ? "dll" : "so";
  const name = `meanfield-${platform}-${arch}.${suffix}`;
  return fileURLToPath(new URL(`../../native/build/${name}`, import.meta.url));
}

/**
 * Loads the library.
 * @throws missing when it has not been built; unreadable when koffi is absent, or the library is damaged, was built of
 * other sources or does not load
 */
export function loadNative(path = nativeLibraryPath()): NativeFunctions {
  if (!existsSync(path)) {
    const rule = "the native library must have been built";
    const fix = "Run npm run build:native (needs clang or gcc)";
    throw new InputError({ code: "missing", who, rule, got: `no file ${path}`, fix });
  }
  const refusal = (reason: string) => {
    const rule = "the native library must load and fit this package";
    const fix = "Run npm run build:native again";
    return new InputError({ code: "unreadable", who, rule, got: `${path}: ${reason}`, fix });
  };
  const koffi = requireKoffi(who);
  const fault = libraryFault(path);
  if (fault !== undefined) throw refusal(fault);
  // Only LAPACK needs more than koffi's usual stack; it may be opened later, when the size can no longer be changed.
  enlargeStack(koffi);
  try {
    const library = koffi.load(path);
    const entries = Object.entries(signatures).map(([name, [result, parameters]]) => [
      name,
      library.func(name, result, parameters),
    ]);
    const functions = Object.fromEntries(entries) as NativeFunctions;
    const got = functions.mf_interface();
    if (got === interfaceNumber) return functions;
    throw new Error(`interface ${got}, not ${interfaceNumber}`);
  } catch (error) {
    throw refusal(reasonOf(error));
  }
}
