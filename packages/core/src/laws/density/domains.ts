import { InputError } from "../../foundation/errors/index.js";
import { mentions, parseExpression } from "../../foundation/expression/index.js";
import type { LawDensity } from "../contract.js";
import type { Chart } from "./table.js";

/** Cells of a table in one coordinate, and in each of two. */
const [fine, coarse] = [8192, 512];

/** What a density may be written as: arithmetic, or equal steps. */
export interface Profile {
  readonly expression?: string | undefined;
  readonly values?: readonly number[] | undefined;
}

/** A density with the chart it is tabulated on. */
export interface Domain {
  readonly chart: Chart;
  readonly density: LawDensity;
}

function missing(fix: string): never {
  throw new InputError({
    code: "missing",
    who: "initial density",
    rule: "needs an expression, or values, and not both",
    fix,
  });
}

/** ρ as a function of named coordinates. */
function fromExpression(profile: Profile, variables: readonly string[]): (coordinates: readonly number[]) => number {
  if (profile.expression === undefined) return missing(`Write expression: "1", in ${variables.join(", ")}`);
  return parseExpression(profile.expression, variables);
}

/** A profile on [low, high): arithmetic in the variables, or a histogram of equal bins. */
function profileOf(
  profile: Profile,
  [low, high]: readonly [number, number],
  variables: readonly string[],
): (coordinates: readonly number[]) => number {
  const { values } = profile;
  if ((values === undefined) === (profile.expression === undefined)) return missing("Take one of the two");
  if (values === undefined) return fromExpression(profile, variables);
  return ([place]) => {
    const bin = Math.floor(((place! - low) / (high - low)) * values.length);
    return values[Math.min(values.length - 1, Math.max(0, bin))]!;
  };
}

/** About `fine` cells, a multiple of the bins, so that no cell straddles an edge. */
const countFor = ({ values }: Profile): number =>
  values === undefined ? fine : values.length * Math.ceil(fine / values.length);

const turn = 2 * Math.PI;

/** The variable of the position in the context, where a density may depend on it. */
const position = "s";

/** Cells of the table at one position: there is one table for each token. */
const perPosition = 1024;

/** Whether a profile is another one at each position. */
const isPositional = ({ expression }: Profile): boolean => expression !== undefined && mentions(expression, position);

/** On the circle in the angle theta ∈ [0, 2π), x = cos θ, y = sin θ, and the position s. */
export function circleDomain(profile: Profile): Domain {
  const value = profileOf(profile, [0, turn], ["theta", "x", "y", position]);
  const positional = isPositional(profile);
  return {
    chart: {
      d: 2,
      box: [[0, turn]],
      counts: [positional ? perPosition : countFor(profile)],
      volume: () => 1,
      point([theta], out) {
        out[0] = Math.cos(theta!);
        out[1] = Math.sin(theta!);
      },
    },
    density: {
      flat: false,
      positional,
      at: (x, s = Number.NaN) => {
        const angle = Math.atan2(x[1]!, x[0]!);
        return value([angle < 0 ? angle + turn : angle, x[0]!, x[1]!, s]);
      },
    },
  };
}

/** On S² in x, y, z; the chart (z, φ) keeps areas. */
export function sphereDomain(profile: Profile): Domain {
  const value = fromExpression(profile, ["x", "y", "z"]);
  return {
    chart: {
      d: 3,
      box: [
        [-1, 1],
        [0, turn],
      ],
      counts: [coarse, coarse],
      volume: () => 1,
      point([z, phi], out) {
        const radius = Math.sqrt(1 - z! * z!);
        out[0] = radius * Math.cos(phi!);
        out[1] = radius * Math.sin(phi!);
        out[2] = z!;
      },
    },
    density: { flat: false, at: (x) => value([x[0]!, x[1]!, x[2]!]) },
  };
}

/**
 * On S^{d−1} in u = x_d alone. The chart is the angle ψ from the axis, u = cos ψ, of volume sin^{d−2}ψ; the direction
 * across the axis is drawn, and alternates along the first d − 1 axes where nothing is drawn.
 */
export function zonalDomain(profile: Profile, d: number): Domain {
  const value = fromExpression(profile, ["u"]);
  return {
    chart: {
      d,
      box: [[0, Math.PI]],
      counts: [fine],
      volume: ([psi]) => Math.sin(psi!) ** (d - 2),
      point([psi], out, random) {
        out.fill(0);
        out[d - 1] = Math.cos(psi!);
        if (random === undefined) {
          out[0] = Math.sin(psi!);
          return;
        }
        const across = out.subarray(0, d - 1);
        random.fillNormal(across);
        const scale = Math.sin(psi!) / Math.hypot(...across);
        for (let a = 0; a < d - 1; a++) across[a]! *= scale;
      },
    },
    density: {
      flat: false,
      at: (x) => value([x[d - 1]!]),
      axis: Float64Array.from({ length: d }, (_, a) => (a === d - 1 ? 1 : 0)),
    },
  };
}

function requireBox(box: readonly (readonly [number, number])[]): void {
  for (const [low, high] of box) {
    if (low < high && Number.isFinite(high - low)) continue;
    throw new InputError({
      code: "out-of-range",
      who: "initial density",
      rule: "a box needs low < high, both finite",
      got: `[${low}, ${high}]`,
      path: ["box"],
    });
  }
}

/** On R inside a box, 0 outside, in x and the position s. */
export function lineDomain(profile: Profile, box: readonly [number, number]): Domain {
  requireBox([box]);
  const value = profileOf(profile, box, ["x", position]);
  const positional = isPositional(profile);
  const inside = (x: number): boolean => x >= box[0] && x <= box[1];
  return {
    chart: {
      d: 1,
      box: [box],
      counts: [positional ? perPosition : countFor(profile)],
      volume: () => 1,
      point: ([x], out) => {
        out[0] = x!;
      },
    },
    density: {
      flat: true,
      positional,
      at: (x, s = Number.NaN) => (inside(x[0]!) ? value([x[0]!, s]) : 0),
    },
  };
}

/** On R² inside a box, 0 outside. */
export function planeDomain(profile: Profile, box: readonly (readonly [number, number])[]): Domain {
  requireBox(box);
  const value = fromExpression(profile, ["x", "y"]);
  const inside = (x: Float64Array): boolean => box.every(([low, high], a) => x[a]! >= low && x[a]! <= high);
  return {
    chart: {
      d: 2,
      box,
      counts: [coarse, coarse],
      volume: () => 1,
      point([x, y], out) {
        out[0] = x!;
        out[1] = y!;
      },
    },
    density: { flat: true, at: (x) => (inside(x) ? value([x[0]!, x[1]!]) : 0) },
  };
}
