import { type LinearAlgebra, mirrorLower } from "@meanfield/core/foundation/linear-algebra";
import { character, integer, leading, real, requireRoom } from "./call.js";
import type { Routines } from "./load.js";

type Products = Pick<LinearAlgebra, "matMul" | "matMulNT" | "matMulTN" | "symmetricRankUpdate">;

/**
 * The three products, and rank updates by dsyrk. A row-major matrix is the column-major transpose, so outᵀ = bᵀ·aᵀ is asked for: no copies.
 * @cost O(m·k·n) in the library
 * @accuracy as the own products, k·eps·|a|·|b| (the contract suite)
 */
export function productsOf({ dgemm, dsyrk }: Routines): Products {
  const [one, zero, plain, flipped] = [real(1), real(0), character("N"), character("T")];
  const product =
    (who: Exclude<keyof Products, "symmetricRankUpdate">, flipA: boolean, flipB: boolean): Products["matMul"] =>
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
    symmetricRankUpdate(a, d, k, alpha, beta, out) {
      requireRoom(
        "symmetricRankUpdate",
        [d, k, d],
        [
          ["a", a, d * k],
          ["out", out, d * d],
        ],
      );
      if (d === 0) return;
      // The lower triangle of rows is the upper one of columns, and the rows of a are the columns of the k×d matrix.
      const triangle = character("U");
      const [rank, order] = [integer(k), integer(d)];
      dsyrk(triangle, flipped, order, rank, real(alpha), a, leading(k), real(beta), out, leading(d));
      mirrorLower(out, d);
    },
  };
}
