import { frobeniusNorm, symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { columns, congruence, lift, times } from "../shared/matrix-forms.js";
import { escaped, restsAt, type ScalarCase } from "./scalar-case.js";
import type { Verdict } from "./verdict.js";

/** Eigenvalues of Σ_0^½QΣ_0^½ below this part of |Q||Σ_0| count as zero. */
const zeroTolerance = 1e-13;

/**
 * W = 0 where Σ lives: Σ(t) = Σ_0^½(I − tZ)⁻¹Σ_0^½ with Z = Σ_0^½QΣ_0^½, so t* = 1/λ_max(Z) if positive, else the limit
 * Σ_0^½ΠΣ_0^½, Π the projector on the kernel of Z, approached like 1/t.
 *
 * @accuracy scalar-value.test.ts: t* to 1e-12, limits to 1e-12
 * @source theory.md §2
 */
export function stillRegime(one: ScalarCase): Verdict {
  const { system, factor, r, k } = one.range;
  const form = congruence(system.Q, factor, k, r);
  const { values, vectors } = symmetricEigen(form, r);
  const scale = frobeniusNorm(one.whole.Q) * frobeniusNorm(factor) ** 2;
  const zero = zeroTolerance * scale;
  const top = values[r - 1]!;
  const hypotheses = [
    { name: "W = 0 on the moving range", holds: true },
    { name: "λ_max(Σ_0^½QΣ_0^½) ≤ 0", holds: top <= zero, value: top, margin: -top },
  ];
  if (top > zero) {
    const count = values.filter((value) => value > top * (1 - 1e-8)).length;
    const escaping = times(factor, columns(vectors, r, r, r - count, r), k, r, count);
    const direction = columns(symmetricEigen(lift(escaping, k, count), k).vectors, k, k, k - 1, k);
    const tStar = 1 / top;
    const tError = tStar * Number.EPSILON * (8 + (16 * r * scale) / top);
    const argument = "t* = 1/λ_max(Σ_0^½QΣ_0^½)";
    return escaped(one, { escapes: true, tStar, tError, direction, rank: count }, { argument, hypotheses });
  }
  const kept = values.filter((value) => value >= -zero).length;
  const limit = lift(times(factor, columns(vectors, r, r, r - kept, r), k, r, kept), k, kept);
  const argument =
    kept === r ? "QΣ_0 = 0: Σ does not move" : "Σ → Σ_0^½ΠΣ_0^½, Π the projector on the kernel, approached like 1/t";
  return restsAt(one, limit, { argument, hypotheses });
}
