/** What every module exports; pointers are byte addresses. See assembly/attend.as, prepare.as, measure.as. */
export interface Kernels {
  /** Queries in a block. */
  width(): number;
  /** @param keys those of a system of a batch, else 0 */
  scratchBytes(d: number, keys: number): number;
  attend(job: number, from: number, to: number, scratch: number): number;
  narrowKeys(from: number, to: number, count: number, less: number): void;
  transposeKeys(from: number, to: number, m: number, d: number, stride: number): void;
  largestMagnitude(from: number, count: number): number;
  largestSquare(points: number, weights: number, systems: number, m: number, d: number): number;
  addForms(points: number, m: number, d: number, form: number, factor: number, out: number, scratch: number): void;
  tablesEnd(): number;
  measureFma(rounds: number): number;
  measureExp(rounds: number, scratch: number): number;
}

/** What the module of f64 exports besides: assembly/multiply.as, normals.as, rows.as. */
export interface WideKernels extends Kernels {
  multiplyBytes(m: number): number;
  transpose(from: number, to: number, m: number, n: number): void;
  multiply(
    a: number,
    b: number,
    c: number,
    m: number,
    k: number,
    n: number,
    flipped: number,
    symmetric: number,
    scratch: number,
  ): void;
  alignedPairsBytes(m: number, d: number): number;
  /** @returns 0 where it declines */
  alignedPairs(
    points: number,
    weights: number,
    out: number,
    count: number,
    m: number,
    d: number,
    above: number,
    scratch: number,
  ): number;
  normals(
    out: number,
    count: number,
    block: number,
    key0: number,
    key1: number,
    counter1: number,
    counter2: number,
    counter3: number,
  ): void;
}

/** The kernels of one precision on a memory, and those of f64, which prepare and multiply, on the same. */
export interface KernelSet {
  readonly pairs: Kernels;
  readonly wide: WideKernels;
  readonly memory: WebAssembly.Memory;
}

/** Modules of one precision and of f64, compiled once and given to workers. */
export interface Modules {
  readonly pairs: WebAssembly.Module;
  readonly wide: WebAssembly.Module;
}

/** Instances of modules on a memory. */
export function instantiate(modules: Modules, memory: WebAssembly.Memory): KernelSet {
  const imports = { env: { memory } };
  const make = (module: WebAssembly.Module) => new WebAssembly.Instance(module, imports).exports as unknown;
  const wide = make(modules.wide) as WideKernels;
  return { memory, wide, pairs: modules.pairs === modules.wide ? wide : (make(modules.pairs) as Kernels) };
}
