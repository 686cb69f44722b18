import { findCrossing } from "../../solve/index.js";
import { arcStep, type BranchPlace } from "./arc-step.js";
import type { Family } from "./family.js";

/**
 * fold: the branch turns round in the parameter. hopf: a pair of eigenvalues crosses the imaginary axis. zero-eigenvalue:
 * one crosses through 0 without a turn: another branch of the same rank meets this one. rank: spread outside the range
 * turns from dying to growing: a branch of higher rank meets this one.
 */
export type SpecialKind = "fold" | "hopf" | "zero-eigenvalue" | "rank";

export interface SpecialPoint {
  readonly kind: SpecialKind;
  readonly place: BranchPlace;
  /** Of q: the last bracket, and what the difference error of the eigenvalue or tangent moves it by. */
  readonly error: number;
  /** Im λ of a Hopf point, rad/depth. */
  readonly frequency?: number;
}

/** Relative error of tangents and eigenvalues by differences. */
const differenceError = 1e-8;

/** q̇ below which its sign is noise: a branch that runs off to 0 or infinity at one parameter. */
const level = 1e-6;

/** The place where φ changes sign between a place and the one a step h further. */
function locate(
  family: Family,
  from: BranchPlace,
  to: { readonly place: BranchPlace; readonly h: number },
  phi: (place: BranchPlace) => number,
  scale: number,
): { place: BranchPlace; error: number } | undefined {
  let failed = false;
  const at = (h: number): BranchPlace => {
    const place = h === 0 ? from : h === to.h ? to.place : arcStep(family, from, h);
    if (place === undefined) failed = true;
    return place ?? from;
  };
  const [before, after] = [phi(from), phi(to.place)];
  const { t } = findCrossing((h) => phi(at(h)), 0, to.h, before, after);
  const place = at(t);
  if (failed) return undefined;
  const steepness = Math.abs(after - before) / to.h;
  const width = (differenceError * scale) / steepness;
  const along = Math.abs(place.tangent.at(-1)!);
  // At a fold q is quadratic in the arclength, with the curvature of the tangent's change.
  return { place, error: along * width + 0.5 * (Math.abs(to.place.q - from.q) / to.h ** 2 + 1) * width ** 2 };
}

const counted = ({ re }: BranchPlace): number => re.filter((value) => value > 0).length;

/** What happens to a branch between a place and the one a step h further. */
export function specialPoints(
  family: Family,
  from: BranchPlace,
  to: { place: BranchPlace; h: number },
): SpecialPoint[] {
  const found: SpecialPoint[] = [];
  const add = (kind: SpecialKind, located: { place: BranchPlace; error: number } | undefined, more: object = {}) => {
    if (located !== undefined) found.push({ kind, ...located, ...more });
  };
  const along = ({ tangent }: BranchPlace) => tangent.at(-1)!;
  const steep = Math.max(Math.abs(along(from)), Math.abs(along(to.place))) > level;
  const turns = steep && along(from) > 0 !== along(to.place) > 0;
  if (turns) add("fold", locate(family, from, to, along, 1));
  const [before, after] = [counted(from), counted(to.place)];
  const rate = Math.max(from.rate, to.place.rate);
  let folds = turns ? 1 : 0;
  for (let k = Math.min(before, after); k < Math.max(before, after); k++) {
    const located = locate(family, from, to, ({ re }) => re[k]!, rate);
    if (located === undefined) continue;
    const { im } = located.place;
    const frequency = Math.abs(im[k]!);
    if (frequency > differenceError * rate) {
      add("hopf", located, { frequency });
      k++;
    } else if (folds > 0) folds--;
    else add("zero-eigenvalue", located);
  }
  const acrossOf = ({ across }: BranchPlace) => across;
  if (Number.isFinite(from.across) && from.across > 0 !== to.place.across > 0)
    add("rank", locate(family, from, to, acrossOf, rate));
  return found;
}
