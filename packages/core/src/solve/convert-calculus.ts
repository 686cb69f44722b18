import { InputError } from "../foundation/errors/index.js";
import type { Calculus, Diffusion } from "./diffusion.js";
import type { Problem } from "./problem.js";

/** ½Σ_k (∇g_k)g_k of a diffusion, by central differences along its columns. */
function correction(diffusion: Diffusion, size: number) {
  const unit = new Float64Array(diffusion.noiseDimension);
  const [column, moved, ahead, behind] = Array.from({ length: 4 }, () => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return (t: number, y: Float64Array, sign: number, out: Float64Array): void => {
    let scale = 0;
    for (let i = 0; i < size; i++) scale = Math.max(scale, Math.abs(y[i]!));
    for (let k = 0; k < unit.length; k++) {
      unit[k] = 1;
      diffusion.apply(t, y, unit, column);
      let length = 0;
      for (let i = 0; i < size; i++) length = Math.max(length, Math.abs(column[i]!));
      if (length > 0) {
        const h = (Math.cbrt(Number.EPSILON) * (scale > 0 ? scale : 1)) / length;
        for (let i = 0; i < size; i++) moved[i] = y[i]! + h * column[i]!;
        diffusion.apply(t, moved, unit, ahead);
        for (let i = 0; i < size; i++) moved[i] = y[i]! - h * column[i]!;
        diffusion.apply(t, moved, unit, behind);
        for (let i = 0; i < size; i++) out[i]! += (sign * (ahead[i]! - behind[i]!)) / (4 * h);
      }
      unit[k] = 0;
    }
  };
}

function inSense(problem: Problem, calculus: Calculus, who: string): Problem {
  const { diffusion } = problem;
  if (diffusion === undefined) {
    throw new InputError({
      code: "missing",
      who,
      rule: "the problem must have a diffusion",
      fix: "Equations without noise need no conversion",
    });
  }
  if (diffusion.calculus === calculus) return problem;
  if (diffusion.kind === "additive") return { ...problem, diffusion: { ...diffusion, calculus } };
  const add = correction(diffusion, problem.y0.length);
  const sign = calculus === "ito" ? 1 : -1;
  return {
    ...problem,
    diffusion: { ...diffusion, calculus },
    drift(t, y, out) {
      problem.drift(t, y, out);
      add(t, y, sign, out);
    },
  };
}

/**
 * The same equation in the Itô sense: f_Itô = f_Stratonovich + ½Σ_k (∇g_k)g_k.
 * @throws missing: no diffusion
 * @cost three applications of the diffusion per noise dimension for each evaluation of the drift
 * @accuracy 10⁻¹⁰ relative for smooth columns (solve/convert-calculus.test.ts)
 * @source derived (definition of the integrals)
 */
export function inItoSense(problem: Problem): Problem {
  return inSense(problem, "ito", "inItoSense");
}

/** The same equation in the Stratonovich sense: f_Stratonovich = f_Itô − ½Σ_k (∇g_k)g_k. Otherwise as inItoSense. */
export function inStratonovichSense(problem: Problem): Problem {
  return inSense(problem, "stratonovich", "inStratonovichSense");
}
