import type { BoundLevel } from "../../dynamics/index.js";
import { InputError } from "../../foundation/errors/index.js";

/** Whether two repeats of a level differ: its tokens are drawn, or it has noise. */
export function isRandom(level: BoundLevel, seeded: boolean): boolean {
  return (seeded && level.repeat !== undefined) || level.problem.diffusion !== undefined;
}

/** @throws InputError incompatible: repeats of runs that would all be the same */
export function checkRepeats(repeats: number, levels: readonly { readonly random: boolean }[]): void {
  if (repeats === 1 || levels.some((one) => one.random)) return;
  throw new InputError({
    code: "incompatible",
    who: "solve.repeats",
    rule: "repeats need something random: a level of tokens with a law that draws them, or noise",
    got: `${repeats} repeats of runs that are all the same`,
    fix: "Leave repeats out, or take a law with a seed and a level with tokens",
    path: ["solve", "repeats"],
  });
}
