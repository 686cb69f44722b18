import type { LinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { character, integer, leading, real, requireRoom } from "./call.js";
import type { Routines } from "./load.js";

type Products = Pick<LinearAlgebra, "matMul" | "matMulNT" | "matMulTN">;

/**
 * The three products. A row-major matrix is the column-major transpose, so outᵀ = bᵀ·aᵀ is asked for: no copies.
 * @cost O(m·k·n) in the library
 * @accuracy as the own products, k·eps·|a|·|b| (the contract suite)
 */
export function productsOf({ dgemm }: Routines): Products {
  const [one, zero, plain, flipped] = [real(1), real(0), character("N"), character("T")];
  const product =
    (who: keyof Products, flipA: boolean, flipB: boolean): Products["matMul"] =>
    (a, b, m, k, n, out) => {
      requireRoom(
        who,
        [m, k, n],
        [
          ["a", a, m * k],
          ["b", b, k * n],
          ["out", out, m * n],
        ],
      );
      if (m === 0 || n === 0) return;
      const [transB, transA] = [flipB ? flipped : plain, flipA ? flipped : plain];
      const [strideB, strideA] = [leading(flipB ? k : n), leading(flipA ? m : k)];
      dgemm(transB, transA, integer(n), integer(m), integer(k), one, b, strideB, a, strideA, zero, out, leading(n));
    };
  return {
    matMul: product("matMul", false, false),
    matMulNT: product("matMulNT", false, true),
    matMulTN: product("matMulTN", true, false),
  };
}
