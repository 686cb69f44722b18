import type { CancelSignal } from "../../foundation/cancel/index.js";
import { type EquilibriumSearch, restNear, samePoint } from "../shared/equilibrium-search.js";
import { chartSize, localSpectrum, movedPoint, type StratumPoint } from "../shared/rank-stratum.js";
import { arcStep, type BranchPlace, placeAt, wayTo } from "./arc-step.js";
import type { Family } from "./family.js";
import { type SpecialPoint, specialPoints } from "./special-points.js";

/** Why a branch ends. */
export type BranchEnd =
  | "end of the range"
  | "closed"
  | "Σ vanishes"
  | "Σ grows without bound"
  | "the rank falls"
  | "too many places"
  | "no further place found"
  | "cancelled";

export interface Branch {
  readonly rank: number;
  /** In order along the branch. */
  readonly places: readonly BranchPlace[];
  readonly special: readonly SpecialPoint[];
  readonly ends: readonly [BranchEnd, BranchEnd];
}

const firstStep = 0.02;
const longestStep = 0.25;
const shortestStep = 1e-7;
/** Most of the range that one step may pass. */
const longestPart = 1 / 40;
/** Cosine between neighbouring tangents below which a step is halved. */
const straight = 0.97;
const mostPlaces = 400;
/** Sizes of a root over that of the start, and of roots over each other, at which a branch has left its stratum. */
const [vanished, boundless, thin] = [1e-4, 300, 1e-3];

/** Whether a place has left the stratum of the start. */
function leaves({ point }: BranchPlace, start: BranchPlace): BranchEnd | undefined {
  if (point.rank === 0) return undefined;
  const [most, least] = [point.roots[0]!, point.roots.at(-1)!];
  const size = most / start.point.roots[0]!;
  if (size < vanished) return "Σ vanishes";
  if (size > boundless) return "Σ grows without bound";
  return least < (thin * most * start.point.roots.at(-1)!) / start.point.roots[0]! ? "the rank falls" : undefined;
}

/** The last place of a branch that leaves the range, on its border. */
function borderPlace(family: Family, from: BranchPlace, h: number): BranchPlace | undefined {
  const slope = from.tangent.at(-1)!;
  const border = from.q + h * slope > 1 ? 1 : from.q + h * slope < 0 ? 0 : undefined;
  if (border === undefined || border === from.q) return undefined;
  const reach = (border - from.q) / slope;
  const guess = movedPoint(
    from.point,
    from.tangent.slice(0, -1).map((value) => reach * value),
  );
  const found = restNear(family.flowAt(border), guess);
  // Another equilibrium than the one ahead: the step is too long.
  if (found === undefined || !samePoint(found.point, guess, 0.05)) return undefined;
  return placeAt(family, found.point, border, wayTo(from, found.point, border));
}

/** Cosine between the tangent and the way that a step took. */
function alignment(from: BranchPlace, to: BranchPlace): number {
  const way = wayTo(from, to.point, to.q);
  const length = Math.hypot(...way);
  return way.reduce((sum, value, i) => sum + value * to.tangent[i]!, 0) / length;
}

interface Walk {
  readonly places: BranchPlace[];
  readonly special: SpecialPoint[];
  readonly end: BranchEnd;
}

/** From a place along its tangent until the branch ends. */
function walk(family: Family, start: BranchPlace, cancel?: CancelSignal): Walk {
  const places: BranchPlace[] = [];
  const special: SpecialPoint[] = [];
  let [from, h, farthest] = [start, firstStep, 0];
  const ended = (end: BranchEnd): Walk => ({ places, special, end });
  while (places.length < mostPlaces) {
    if (cancel?.aborted === true) return ended("cancelled");
    const slope = from.tangent.at(-1)!;
    if ((from.q === 0 && slope < 0) || (from.q === 1 && slope > 0)) return ended("end of the range");
    const part = Math.abs(slope);
    h = Math.min(h, longestStep, part > 0 ? longestPart / part : longestStep);
    const border = borderPlace(family, from, h);
    const next = border ?? arcStep(family, from, h);
    if (next === undefined || alignment(from, next) < straight) {
      h /= 2;
      // A branch that comes to the border of the range tangentially has no place beyond it.
      if (h < shortestStep) return ended("no further place found");
      continue;
    }
    if (border === undefined) special.push(...specialPoints(family, from, { place: next, h }));
    places.push(next);
    const left = border !== undefined ? "end of the range" : leaves(next, start);
    if (left !== undefined) return ended(left);
    const distance = Math.hypot(...wayTo(start, next.point, next.q));
    farthest = Math.max(farthest, distance);
    if (distance < h && farthest > 4 * longestStep) return ended("closed");
    [from, h] = [next, 1.5 * h];
  }
  return ended("too many places");
}

/** Of rank 0 without a mean nothing moves: only the stability changes along the range. */
function restingBranch(family: Family, point: StratumPoint): Branch {
  const count = Math.round(2 / longestPart);
  const tangent = Float64Array.of(1);
  const at = (q: number): BranchPlace => ({ q, point, tangent, ...localSpectrum(family.flowAt(q), point) });
  const places = Array.from({ length: count + 1 }, (_, k) => at(k / count));
  const special = places.slice(1).flatMap((place, k) => {
    const from = places[k]!;
    return specialPoints(family, from, { place, h: place.q - from.q });
  });
  return { rank: 0, places, special, ends: ["end of the range", "end of the range"] };
}

/**
 * The branch of equilibria through one of them, as the parameter of a family moves: pseudo-arclength continuation in both
 * directions on the rank stratum, round folds, with the places where its stability changes.
 *
 * @param q place of the parameter in the range of the family
 * @cost per place some 4 Newton steps of two closures per coordinate, and the model made anew at three parameters each
 * @accuracy folds 1e-9 of the range against discriminants, Hopf points 1e-7 (index.test.ts)
 * @source pseudo-arclength: H. B. Keller, in Applications of Bifurcation Theory (1977); charts and test functions: derived
 */
export function branchThrough(family: Family, point: StratumPoint, q: number, cancel?: CancelSignal): Branch {
  const n = chartSize(point);
  if (n === 0) return restingBranch(family, point);
  const onwards = Float64Array.from({ length: n + 1 }, (_, i) => (i === n ? 1 : 0));
  const start = placeAt(family, point, q, onwards);
  const ahead = walk(family, start, cancel);
  const reversed = { ...start, tangent: start.tangent.map((value) => -value) };
  const behind = ahead.end === "closed" ? undefined : walk(family, reversed, cancel);
  return {
    rank: point.rank,
    places: [...(behind?.places.toReversed() ?? []), start, ...ahead.places],
    special: [...(behind?.special.toReversed() ?? []), ...ahead.special],
    ends: [behind?.end ?? "closed", ahead.end],
  };
}

/** Whether an equilibrium at q lies on a branch that is known. */
function liesOn(branch: Branch, family: Family, point: StratumPoint, q: number): boolean {
  if (branch.rank !== point.rank) return false;
  if (chartSize(point) === 0) return true;
  const { places } = branch;
  return places.some((place, k) => {
    const next = places[k + 1] ?? place;
    if ((place.q - q) * (next.q - q) > 0) return false;
    return [place, next].some((near) => {
      const found = restNear(family.flowAt(q), near.point);
      return found !== undefined && samePoint(found.point, point, 1e-5);
    });
  });
}

/**
 * All branches through some equilibria, each once. After a cancel those that were begun, of which some may end
 * "cancelled", and the outcome says so.
 */
export function branchesThrough(
  family: Family,
  starts: readonly { readonly point: StratumPoint; readonly q: number }[],
  cancel?: CancelSignal,
): { readonly branches: readonly Branch[]; readonly outcome: EquilibriumSearch["outcome"] } {
  const branches: Branch[] = [];
  for (const { point, q } of starts) {
    if (cancel?.aborted === true) return { branches, outcome: { status: "stopped", event: "cancelled" } };
    if (branches.some((branch) => liesOn(branch, family, point, q))) continue;
    branches.push(branchThrough(family, point, q, cancel));
  }
  const cut = branches.some(({ ends }) => ends.includes("cancelled"));
  return { branches, outcome: cut ? { status: "stopped", event: "cancelled" } : { status: "completed" } };
}
