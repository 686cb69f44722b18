import { type LinearAlgebra, mirrorLower } from "@meanfield/core/foundation/linear-algebra";

/**
 * The rank update of a backend from its product a·bᵀ, exactly symmetric: the lower triangle counts.
 * @cost one product, d² more, and d² numbers where beta is not 0
 */
export function rankUpdateBy(product: LinearAlgebra["matMulNT"]): LinearAlgebra["symmetricRankUpdate"] {
  return (a, d, k, alpha, beta, out) => {
    const square = beta === 0 ? out : new Float64Array(d * d);
    product(a, a, d, k, d, square);
    for (let i = 0; i < d && !(alpha === 1 && beta === 0); i++) {
      for (let at = i * d; at <= i * d + i; at++) {
        out[at] = beta === 0 ? alpha * square[at]! : alpha * square[at]! + beta * out[at]!;
      }
    }
    mirrorLower(out, d);
  };
}
