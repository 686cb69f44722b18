import type { Json } from "../contract.js";
import type { EquilibriumSearch } from "../shared/equilibrium-search.js";
import type { BranchPlace } from "./arc-step.js";
import type { Branch } from "./continuation.js";
import type { Family } from "./family.js";
import type { SpecialPoint } from "./special-points.js";

const traceOf = ({ point }: BranchPlace): number => point.roots.reduce((sum, root) => sum + root * root, 0);

/** Eigenvalues in Re > 0 of the linearised flow, with those across the range counted as one. */
const unstable = ({ re, across }: BranchPlace): number => re.filter((value) => value > 0).length + (across > 0 ? 1 : 0);

function specialJson(family: Family, width: number, { kind, place, error, frequency }: SpecialPoint): Json {
  return {
    kind,
    parameter: family.parameter(place.q),
    error: error * width,
    trace: traceOf(place),
    ...(frequency === undefined ? {} : { frequency }),
  };
}

/** One branch, with what a figure draws of it. */
function branchJson(family: Family, width: number, { rank, places, special, ends }: Branch) {
  const [first, last] = [places[0]!, places.at(-1)!];
  const drawn = places.map((place) => [family.parameter(place.q), traceOf(place), unstable(place)]);
  return {
    json: {
      rank,
      places: places.length,
      from: { parameter: family.parameter(first.q), trace: traceOf(first), end: ends[0] },
      to: { parameter: family.parameter(last.q), trace: traceOf(last), end: ends[1] },
      special: special.map((one) => specialJson(family, width, one)),
    },
    drawn,
  };
}

/**
 * Branches as JSON: rank, both ends with why the branch ends there, and the special points; under `picture` the parameter,
 * tr Σ and the number of unstable directions place by place.
 */
export function branchesJson(
  family: Family,
  branches: readonly Branch[],
  {
    path,
    range,
    searches,
    outcome,
  }: {
    readonly path: string;
    readonly range: readonly [number, number];
    readonly searches: number;
    readonly outcome: EquilibriumSearch["outcome"];
  },
): { readonly [key: string]: Json } {
  const width = range[1] - range[0];
  const all = branches.map((branch) => branchJson(family, width, branch));
  return {
    continuation: { path, range: [...range], searches, outcome },
    branches: all.map(({ json }) => json),
    picture: { branches: all.map(({ drawn }) => drawn) },
  };
}
