import { type LinearAlgebra, ownLinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { rankUpdateBy } from "../shared/rank-update.js";
import { createCombination } from "./combinations.js";
import { requireLength } from "./require-length.js";
import type { Session } from "./session.js";

type Products = Pick<LinearAlgebra, "matMul" | "matMulNT" | "matMulTN">;

/** Multiplications below which packing and the call cost more than they save. */
const least = 1000;

function productOf(session: Session, who: keyof Products): Products["matMul"] {
  const own = ownLinearAlgebra[who];
  const flipA = who === "matMulTN" ? 1 : 0;
  const flipB = who === "matMulNT" ? 1 : 0;
  return (a, b, m, k, n, out) => {
    if (m * k * n < least) {
      own(a, b, m, k, n, out);
      return;
    }
    requireLength("a", a, m * k);
    requireLength("b", b, k * n);
    requireLength("out", out, m * n);
    if (session.library.mf_product(session.context(), m, k, n, flipA, flipB, a, b, out) !== 0) own(a, b, m, k, n, out);
  };
}

/**
 * The own linear algebra with products, rank updates and linear combinations computed by the library; small ones stay with
 * the own.
 * @cost O(m·k·n)
 * @accuracy as the own products, k·eps·|a|·|b|, in another order (native.test.ts)
 */
export function nativeLinearAlgebra(session: Session): LinearAlgebra {
  const matMulNT = productOf(session, "matMulNT");
  return {
    ...ownLinearAlgebra,
    name: "own, native products",
    matMul: productOf(session, "matMul"),
    matMulNT,
    symmetricRankUpdate: rankUpdateBy(matMulNT),
    matMulTN: productOf(session, "matMulTN"),
    combine: createCombination(session),
  };
}
