import { z } from "zod";
import { atPath, InputError } from "../../foundation/errors/index.js";
import { seedParameter } from "../../foundation/parameters/index.js";
import type { Gaussian, LawPlugin } from "../contract.js";
import {
  circleDomain,
  type Domain,
  lineDomain,
  type Profile,
  planeDomain,
  sphereDomain,
  zonalDomain,
} from "./domains.js";
import { drawFrom, drawsByPosition, type Table, tableMoments, tabulate, tabulateMean } from "./table.js";

type Interval = readonly [number, number];

interface DensityParameters {
  readonly circle?: Profile | undefined;
  readonly sphere?: Profile | undefined;
  readonly zonal?: (Profile & { readonly d: number }) | undefined;
  readonly line?: (Profile & { readonly box: Interval }) | undefined;
  readonly plane?: (Profile & { readonly box: readonly Interval[] }) | undefined;
  readonly n: number;
  readonly seed: number;
}

const spaces = ["circle", "sphere", "zonal", "line", "plane"] as const;

function domainOf(params: DensityParameters): Domain {
  const written = spaces.filter((space) => params[space] !== undefined);
  if (written.length !== 1) {
    throw new InputError({
      code: written.length === 0 ? "missing" : "incompatible",
      who: "initial density",
      rule: `needs exactly one of ${spaces.join(", ")}`,
      got: written.join(", ") || "none",
      fix: 'Write density: { circle: { expression: "1 + 0.1*cos(4*theta)" } }',
    });
  }
  const { circle, sphere, zonal, line, plane } = params;
  return atPath([written[0]!], () => {
    if (circle !== undefined) return circleDomain(circle);
    if (sphere !== undefined) return sphereDomain(sphere);
    if (zonal !== undefined) return zonalDomain(zonal, zonal.d);
    return line === undefined ? planeDomain(plane!, plane!.box) : lineDomain(line, line.box);
  });
}

/** Mean and covariance of the table; across the axis of a zonal law the variance is the same in each direction. */
function momentsOfTable(table: Table, axis: Float64Array | undefined): Gaussian {
  const found = tableMoments(table);
  if (axis === undefined) return found;
  const { d } = found;
  const last = d - 1;
  const mean = new Float64Array(d);
  const cov = new Float64Array(d * d);
  mean[last] = found.mean[last]!;
  const across = (1 - found.cov[d * d - 1]! - mean[last]! ** 2) / (d - 1);
  for (let a = 0; a < d; a++) cov[a * d + a] = a === last ? found.cov[d * d - 1]! : across;
  return { kind: "gaussian", d, mean, cov };
}

const expression = (variables: string) =>
  z
    .string()
    .optional()
    .meta({ unit: "1", doc: `density up to a factor, arithmetic in ${variables} (no code is ever run)` });
const values = z
  .array(z.number().min(0))
  .min(1)
  .optional()
  .meta({ unit: "1", doc: "density up to a factor on equal steps (a histogram), instead of an expression" });
const interval = z.tuple([z.number(), z.number()]);

/**
 * A law given by its density, up to a factor, on the circle, S², S^{d−1} (zonal, in u = x_d), an interval or a box of
 * the plane; n tokens are drawn from it by its masses on 8192 cells (512² in two coordinates). A density of the circle or
 * the line that names the position s is another law ρ(·|s) at each position, each of mass 1: token i of n is drawn from
 * the one at (i + 1)/n, and the moments are those of all positions together.
 *
 * @accuracy moments to the square of a cell's width; on the circle and for smooth densities to rounding
 */
export const density: LawPlugin<DensityParameters> = {
  name: "density",
  doc: "A law given by its density: an arithmetic expression or a histogram, on the circle, S², zonal, the line or the plane.",
  source: "derived",
  seeded: true,
  params: z.strictObject({
    circle: z
      .strictObject({
        expression: expression("theta, x = cos θ, y = sin θ, and the position s ∈ [0, 1] under a mask"),
        values,
      })
      .optional()
      .meta({ doc: "on the circle: expression or values over θ ∈ [0, 2π)" }),
    sphere: z
      .strictObject({ expression: expression("x, y, z") })
      .optional()
      .meta({ doc: "on S²: expression in x, y, z" }),
    zonal: z
      .strictObject({
        d: z.number().int().min(3).meta({ symbol: "d", unit: "1", doc: "dimension, at least 3" }),
        expression: expression("u = x_d"),
      })
      .optional()
      .meta({ doc: "on S^{d−1}, symmetric about the last axis: d and expression in u" }),
    line: z
      .strictObject({
        box: interval.meta({ unit: "1", doc: "[low, high]; the density is 0 outside" }),
        expression: expression("x, and the position s ∈ [0, 1] under a mask"),
        values,
      })
      .optional()
      .meta({ doc: "on R: box, and expression or values over it" }),
    plane: z
      .strictObject({
        box: z
          .tuple([interval, interval])
          .meta({ unit: "1", doc: "[[low, high], [low, high]]; the density is 0 outside" }),
        expression: expression("x, y"),
      })
      .optional()
      .meta({ doc: "on R²: box and expression" }),
    n: z.number().int().min(1).default(1024).meta({ symbol: "n", unit: "1", doc: "number of tokens" }),
    seed: seedParameter("seed of the tokens"),
  }),
  bind(params) {
    const domain = domainOf(params);
    const { chart, density: law } = domain;
    const table = law.positional ? tabulateMean(chart, law.at) : tabulate(chart, law.at);
    const moments = momentsOfTable(table, law.axis);
    const byPosition = law.positional ? drawsByPosition(chart, law.at, params.n) : undefined;
    return {
      name: "density",
      d: chart.d,
      n: params.n,
      moments: () => moments,
      cloud: (run) => (byPosition ? byPosition(params.seed, run) : drawFrom(table, params.n, params.seed, run)),
      density: law,
    };
  },
};
