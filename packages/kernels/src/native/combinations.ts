import { type LinearAlgebra, ownLinearAlgebra } from "@meanfield/core/foundation/linear-algebra";
import { requireLength } from "./require-length.js";
import type { Session } from "./session.js";

/** Entries below which the calls cost more than they save. */
const least = 512;
/** Terms of one call; combine.h has the same number. */
const most = 8;

/**
 * out = base + scale·Σ_j coefficients_j·terms_j by vectors, eight terms in one pass.
 * @cost O(n) for each coefficient that is not 0, at the speed of the memory; no allocation
 * @accuracy the bits of the own one: nothing is contracted (native.test.ts)
 */
export function createCombination(session: Session): LinearAlgebra["combine"] {
  const factors = new Float64Array(most);
  const slots: (Float64Array | null)[] = Array(most).fill(null);
  const pass = (base: Float64Array, count: number, out: Float64Array) => {
    slots.fill(null, count);
    session.library.mf_combine(session.context(), out.length, count, factors, base, out, ...slots);
  };
  return (base, scale, coefficients, terms, out) => {
    const size = out.length;
    if (size < least) {
      ownLinearAlgebra.combine(base, scale, coefficients, terms, out);
      return;
    }
    requireLength("base", base, size);
    let [from, count] = [base, 0];
    for (let j = 0; j < coefficients.length; j++) {
      if (coefficients[j] === 0) continue;
      requireLength("a term", terms[j], size);
      factors[count] = scale * coefficients[j]!;
      slots[count++] = terms[j]!;
      if (count < most) continue;
      pass(from, count, out);
      [from, count] = [out, 0];
    }
    if (count > 0) pass(from, count, out);
    else if (from === base) out.set(base);
  };
}
