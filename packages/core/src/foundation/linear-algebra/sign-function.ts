import { SolveError } from "../errors/index.js";
import { frobeniusNorm, identity } from "./basic.js";
import { luFactor, luSolve } from "./lu.js";

const maxIterations = 60;

function refuse(rule: string, got: string): never {
  throw new SolveError({
    code: "singular",
    who: "care",
    rule,
    got,
    fix: "Check that (a, b) is stabilisable and (q, a) detectable: then a stabilising solution exists",
  });
}

/**
 * The matrix sign of h by Newton's iteration with determinant scaling.
 * @param h d×d finite without eigenvalues on the imaginary axis
 * @throws singular when an eigenvalue lies on the imaginary axis to rounding
 * @cost O(2d³) per step, about 10 steps
 * @source derived (Roberts' iteration)
 */
export function matrixSign(h: Float64Array, d: number): Float64Array {
  let current = h.slice();
  if (d === 0) return current;
  let previous = Number.POSITIVE_INFINITY;
  for (let count = 0; count < maxIterations; count++) {
    const factors = luFactor(current, d);
    let logAbs = 0;
    for (let k = 0; k < d; k++) logAbs += Math.log(Math.abs(factors.lu[k * d + k]!));
    if (!Number.isFinite(logAbs))
      refuse("the Hamiltonian must have no eigenvalue on the imaginary axis", "a singular step");
    const inverse = luSolve(factors, identity(d), d);
    // Scaling pays while the determinant is far from ±1; near the end plain Newton converges quadratically.
    const scale = previous > 1e-2 ? Math.exp(-logAbs / d) : 1;
    const next = new Float64Array(d * d);
    for (let k = 0; k < d * d; k++) next[k] = 0.5 * (scale * current[k]! + inverse[k]! / scale);
    const size = frobeniusNorm(next);
    if (!Number.isFinite(size)) break;
    const change = frobeniusNorm(next.map((value, k) => value - current[k]!)) / size;
    current = next;
    // Rounding level: the change no longer falls.
    if (change <= 100 * d * Number.EPSILON || (change < 1e-6 && change >= 0.5 * previous)) return current;
    previous = change;
  }
  return refuse(
    "the Hamiltonian must have no eigenvalue on the imaginary axis",
    `no sign after ${maxIterations} steps`,
  );
}
