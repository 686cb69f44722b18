import {
  expm,
  frobeniusNorm,
  lyapunov,
  qr,
  symmetricEigen,
  symmetricEigenvalues,
  transpose,
} from "../../foundation/linear-algebra/index.js";
import { columns, congruence, lift, times, transposedTimes } from "../shared/matrix-forms.js";
import { escapeTime } from "./escape-time.js";
import { type Argument, decays, escaped, restsAt, type ScalarCase, undecided } from "./scalar-case.js";
import type { Verdict } from "./verdict.js";

/** X of WᵀX + XW = −Q, W Hurwitz: X = ∫_0^∞ e^{Wᵀs}Qe^{Ws}ds. */
function gramian(W: Float64Array, Q: Float64Array, d: number): Float64Array {
  return lyapunov(
    transpose(W, d, d),
    Q.map((value) => -value),
    d,
  );
}

/** The positive part of a symmetric matrix: the least PSD matrix above it that commutes with it. */
export function positivePart(Q: Float64Array, d: number): Float64Array {
  const { values, vectors } = symmetricEigen(Q, d);
  const roots = vectors.map((value, k) => value * Math.sqrt(Math.max(0, values[k % d]!)));
  return lift(roots, d, d);
}

/**
 * W Hurwitz. Σ → 0 unless it escapes; it never does when λ_max(Σ^½X₊Σ^½) < 1 on the way, X₊ made of the positive part of
 * Q. For Q ⪰ 0 this is sharp at the start: escape iff λ_max(Σ_0^½XΣ_0^½) > 1, and at 1 Σ goes to an equilibrium of the
 * rank of that eigenspace.
 *
 * @accuracy scalar-value.test.ts: at gaps of 1e-6 and 1e-9 on both sides; edge on diagonal systems
 * @source theory.md §2; the bound by X₊ derived: G(t) ⪯ G(s) + e^{Wᵀs}X₊e^{Ws} for t > s
 */
export function contractingRegime(one: ScalarCase): Verdict {
  const { range, spectrumQ, zeroOfQ, spectrumW, cancel } = one;
  const { system, factor, k, r } = range;
  const { Q, W } = system;
  const rate = -2 * Math.max(...spectrumW.re);
  if (spectrumQ[k - 1]! <= zeroOfQ) return decays(one, { argument: "Q ⪯ 0 and W Hurwitz: Σ → 0" }, rate);
  const top = (X: Float64Array, L: Float64Array) => symmetricEigenvalues(congruence(X, L, k, r), r)[r - 1]!;
  const monotone = spectrumQ[0]! >= -zeroOfQ;
  if (monotone) {
    const X = gramian(W, Q, k);
    const value = top(X, factor);
    const conditioning = frobeniusNorm(W) / Math.min(...spectrumW.re.map(Math.abs));
    const rounding =
      64 * k * Number.EPSILON * conditioning * Math.max(1, frobeniusNorm(X) * frobeniusNorm(factor) ** 2);
    const name = "λ_max(Σ_0^½XΣ_0^½) < 1, WᵀX + XW = −Q";
    const hypotheses = [
      { name: "Q ⪰ 0", holds: true, margin: spectrumQ[0]! },
      { name, holds: value < 1 - rounding, value, margin: 1 - value },
    ];
    if (value < 1 - rounding) {
      return decays(one, { argument: "W Hurwitz, Q ⪰ 0, λ_max(Σ_0^½XΣ_0^½) < 1: no escape, Σ → 0", hypotheses }, rate);
    }
    if (value <= 1 + rounding) return edgeRegime(one, X, { argument: "", hypotheses }, rounding);
    return searched(one, { argument: "W Hurwitz, Q ⪰ 0, λ_max(Σ_0^½XΣ_0^½) > 1", hypotheses }, undefined, rate);
  }
  const bound = gramian(W, positivePart(Q, k), k);
  const proven = (L: Float64Array) => top(bound, L) < 1 - 1e-9;
  return searched(one, { argument: "W Hurwitz, Q indefinite" }, proven, rate, cancel);
}

function searched(
  one: ScalarCase,
  { argument, hypotheses }: Argument,
  proven: ((L: Float64Array) => boolean) | undefined,
  rate: number,
  cancel = one.cancel,
): Verdict {
  const found = escapeTime(one.range, { cancel, ...(proven && { proven }) });
  const given = hypotheses ?? [];
  if (found.escapes) {
    const said = `${argument}: first t with λ_max(Σ_0^½G(t)Σ_0^½) = 1, G(t) = ∫_0^t e^{Wᵀs}Qe^{Ws}ds`;
    return escaped(one, found, { argument: said, hypotheses: given });
  }
  if (found.proven) {
    const name = "λ_max(Σ^½X₊Σ^½) < 1 on the way";
    const said = `${argument}: no escape before t = ${found.t}, where λ_max(Σ^½X₊Σ^½) < 1 excludes later ones; Σ → 0`;
    return decays(one, { argument: said, hypotheses: [...given, { name, holds: true, value: { t: found.t } }] }, rate);
  }
  return undecided(one, { argument: `${argument}: no escape found up to t = ${found.t}`, hypotheses: given });
}

/** λ_max(Σ_0^½XΣ_0^½) = 1 to rounding: on that eigenspace F, Y = e^{Wt}Σ_0^½F, Σ → lim Y(YᵀXY)⁻¹Yᵀ. */
function edgeRegime(one: ScalarCase, X: Float64Array, { hypotheses = [] }: Argument, rounding: number): Verdict {
  const { system, factor, k, r } = one.range;
  const { values, vectors } = symmetricEigen(congruence(X, factor, k, r), r);
  const count = values.filter((value) => value >= 1 - rounding).length;
  const edge = [
    ...hypotheses,
    {
      name: "λ_max(Σ_0^½XΣ_0^½) = 1 to rounding",
      holds: true,
      value: { multiplicity: count, rounding },
      margin: rounding,
    },
  ];
  const argument =
    "W Hurwitz, Q ⪰ 0, λ_max(Σ_0^½XΣ_0^½) = 1 to rounding: an equilibrium on that eigenspace, unstable: a change of " +
    "Σ_0 in the last digits makes it decay or blow up";
  const frame = settledFrame(system.W, times(factor, columns(vectors, r, r, r - count, r), k, r, count), k, count);
  if (frame === undefined)
    return undecided(one, { argument: `${argument}; the eigenspace keeps turning`, hypotheses: edge });
  return restsAt(one, limitOn(frame, X, k, count), { argument, hypotheses: edge });
}

/** F(FᵀXF)⁻¹Fᵀ. @param frame k×count, orthonormal */
export function limitOn(frame: Float64Array, X: Float64Array, k: number, count: number): Float64Array {
  const { values, vectors } = symmetricEigen(congruence(X, frame, k, count), count);
  const scaled = times(frame, vectors, k, count, count).map((value, i) => value / Math.sqrt(values[i % count]!));
  return lift(scaled, k, count);
}

/** Where the range of e^{Wt}F settles, as an orthonormal frame, or undefined when it keeps turning. */
export function settledFrame(W: Float64Array, start: Float64Array, k: number, count: number): Float64Array | undefined {
  const size = frobeniusNorm(W);
  const step = expm(
    W.map((value) => value / size),
    k,
  );
  let frame = qr(start, k, count).q;
  for (let round = 0; round < 20_000; round++) {
    const image = times(W, frame, k, k, count);
    const inside = times(frame, transposedTimes(frame, image, count, k, count), k, count, count);
    if (frobeniusNorm(image.map((value, i) => value - inside[i]!)) < 1e-13 * k * size) return frame;
    frame = qr(times(step, frame, k, k, count), k, count).q;
  }
  return undefined;
}
