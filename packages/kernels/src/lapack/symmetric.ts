import { type LinearAlgebra, requireMatrix } from "@meanfield/core/foundation/linear-algebra";
import { character, integer, leading, real, requireConverged, requireFiniteResult } from "./call.js";
import type { Routines } from "./load.js";
import { transposed } from "./transposed.js";

/** (a + aᵀ)/2, block by block. */
function symmetricPart(a: Float64Array, d: number): Float64Array {
  const out = transposed(a, d, d);
  for (let i = 0; i < out.length; i++) out[i] = 0.5 * out[i]! + 0.5 * a[i]!;
  return out;
}

/**
 * Symmetric eigenproblem by dsyevd (divide and conquer).
 * @cost O(4d³) in the library or less, one transpose of the vectors
 * @accuracy ‖a·Z − Z·Λ‖ ≤ 1e-14·d^½·‖a‖, ‖ZᵀZ − I‖ ≤ 1e-13 for d ≤ 64 (the contract suite)
 */
export function symmetricEigenOf({ dsyevd }: Routines): LinearAlgebra["symmetricEigen"] {
  const [vectorsToo, lower] = [character("V"), character("L")];
  return (a, d) => {
    requireMatrix("symmetricEigen", "the matrix", a, d, d);
    const values = new Float64Array(d);
    if (d === 0) return { values, vectors: new Float64Array(0) };
    const z = symmetricPart(a, d);
    const info = integer();
    const call = (work: Float64Array, length: number, integers: Int32Array, integerLength: number): void =>
      dsyevd(
        ...[vectorsToo, lower, integer(d), z, leading(d), values],
        ...[work, integer(length), integers, integer(integerLength), info],
      );
    const [best, bestIntegers] = [real(1), integer(1)];
    call(best, -1, bestIntegers, -1);
    const [length, integerLength] = [Math.ceil(best[0]!), bestIntegers[0]!];
    call(new Float64Array(length), length, new Int32Array(integerLength), integerLength);
    requireConverged("symmetricEigen", info[0]!);
    requireFiniteResult("symmetricEigen", values);
    return { values, vectors: transposed(z, d, d) };
  };
}
