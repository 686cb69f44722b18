import { type LinearAlgebra, ownLinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { rankUpdateBy } from "../shared/rank-update.js";
import { MemoryRefused } from "./arena.js";
import { type Engine, place } from "./engine.js";

/** Below this many multiplications the copies into the memory cost more than the kernel wins. */
const worthwhile = 12 ** 3;

type Product = LinearAlgebra["matMul"];
type Form = "matMul" | "matMulNT" | "matMulTN";

function multiply(engine: Engine, form: Form, a: Float64Array, b: Float64Array, sizes: Sizes, out: Float64Array): void {
  const { m, k, n } = sizes;
  const arena = engine.arena();
  const { wide } = engine.kernels();
  arena.reset();
  let left = place(arena, a, m * k);
  // aᵀa is symmetric, and so is aaᵀ: half of it is enough.
  const symmetric = a === b && m === n && form !== "matMul";
  const right = a === b ? left : place(arena, b, k * n);
  if (form === "matMulTN") {
    const turned = arena.take(8 * m * k);
    wide.transpose(left, turned, k, m);
    left = turned;
  }
  const product = arena.take(8 * m * n);
  const scratch = arena.take(wide.multiplyBytes(m));
  wide.multiply(left, right, product, m, k, n, form === "matMulNT" ? 1 : 0, symmetric ? 1 : 0, scratch);
  arena.read(product, out, m * n);
}

interface Sizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/**
 * The project's own linear algebra with its products and rank updates through the float64 kernels from 12³ multiplications on.
 * @cost 2mkn at the speed of the kernels; copies of a, b and out
 * @accuracy k·eps·|a|·|b| as the own products (the contract suite of LinearAlgebra)
 */
export function linearAlgebraOf(engine: Engine, name: string, refused: () => void): LinearAlgebra {
  const through =
    (form: Form): Product =>
    (a, b, m, k, n, out) => {
      const room = a.length >= m * k && b.length >= k * n && out.length >= m * n;
      if (!room || !(m * k * n >= worthwhile)) return ownLinearAlgebra[form](a, b, m, k, n, out);
      try {
        multiply(engine, form, a, b, { m, k, n }, out);
      } catch (error) {
        if (!(error instanceof MemoryRefused)) throw error;
        refused();
        ownLinearAlgebra[form](a, b, m, k, n, out);
      }
    };
  const matMulNT = through("matMulNT");
  return {
    ...ownLinearAlgebra,
    name,
    matMul: through("matMul"),
    matMulNT,
    // The product of a matrix with its own transpose is computed by half already.
    symmetricRankUpdate: rankUpdateBy(matMulNT),
    matMulTN: through("matMulTN"),
  };
}
