import type { EnsembleResult, EnsembleSeries } from "@meanfield/core/experiment";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import { z } from "zod";
import type { Lookup } from "./array-lookup.js";
import { mapValues } from "./map-values.js";

const shapeSchema = z.array(z.int().nonnegative());

/** What the manifest says of an ensemble: everything but the numbers. */
export const ensembleSchema = z.object({
  repeats: z.int().positive(),
  ends: z.array(
    z.object({
      status: z.enum(["completed", "stopped", "failed"]),
      reason: z.string().exactOptional(),
      count: z.int().positive(),
      t: z
        .object({ mean: z.number(), sd: z.number().exactOptional(), min: z.number(), max: z.number() })
        .exactOptional(),
    }),
  ),
  /** Series → shape [k, …item] of its mean, and the parts it has beside mean, sd, se, min, max. */
  series: z.record(
    z.string(),
    z.object({
      shape: shapeSchema,
      unit: z.string(),
      doc: z.string(),
      quantiles: z.object({ count: z.int().positive(), rankError: z.number() }).exactOptional(),
      covariance: z.object({ size: z.int().nonnegative() }).exactOptional(),
      histogram: z.object({ bins: z.int().positive() }).exactOptional(),
      exceedances: z.object({ count: z.int().positive() }).exactOptional(),
    }),
  ),
});

type EnsembleDescription = z.infer<typeof ensembleSchema>;
type SeriesDescription = EnsembleDescription["series"][string];

const vectors = ["t", "count"] as const;
/** Statistics of the shape of the mean. */
export const plainStatistics = ["mean", "sd", "se", "min", "max"] as const;

function describeSeries(series: EnsembleSeries): SeriesDescription {
  const { mean, unit, doc, quantiles, covariance, histogram, exceedances } = series;
  return {
    shape: [...mean.shape],
    unit,
    doc,
    ...(quantiles && { quantiles: { count: quantiles.at.length, rankError: quantiles.rankError } }),
    ...(covariance && { covariance: { size: covariance.shape[1]! } }),
    ...(histogram && { histogram: { bins: histogram.edges.length - 1 } }),
    ...(exceedances && { exceedances: { count: exceedances.above.length } }),
  };
}

/** Everything of an ensemble but its numbers. */
export function describeEnsemble({ repeats, ends, series }: EnsembleResult): EnsembleDescription {
  return { repeats, ends: ends.map((end) => ({ ...end })), series: mapValues(series, describeSeries) };
}

/** Every array of an ensemble's series with its key behind `<level>/ensemble/<series>/`. */
export function* ensembleArrays(series: EnsembleSeries): Generator<[key: string, value: NdArray | Float64Array]> {
  for (const name of vectors) yield [name, series[name]];
  for (const name of plainStatistics) yield [name, series[name]];
  const { quantiles, covariance, histogram, exceedances } = series;
  if (quantiles) {
    yield ["quantiles/at", quantiles.at];
    yield ["quantiles/value", quantiles.value];
  }
  if (covariance) yield ["covariance", covariance];
  if (histogram)
    for (const name of ["edges", "counts", "below", "above"] as const) yield [`histogram/${name}`, histogram[name]];
  if (exceedances)
    for (const name of ["above", "fraction", "low", "high"] as const) yield [`exceedances/${name}`, exceedances[name]];
}

function restoreSeries(key: string, described: SeriesDescription, array: Lookup): EnsembleSeries {
  const { shape, unit, doc, quantiles, covariance, histogram, exceedances } = described;
  const times = shape.slice(0, 1);
  const of = (name: string, expected: readonly number[] = shape) => array(`${key}/${name}`, expected);
  const rows = (name: string, count: number) => of(name, [count, ...shape]);
  return {
    t: of("t", times).data,
    count: of("count", times).data,
    unit,
    doc,
    mean: of("mean"),
    sd: of("sd"),
    se: of("se"),
    min: of("min"),
    max: of("max"),
    ...(quantiles && {
      quantiles: {
        at: of("quantiles/at", [quantiles.count]).data,
        value: rows("quantiles/value", quantiles.count),
        rankError: quantiles.rankError,
      },
    }),
    ...(covariance && { covariance: of("covariance", [...times, covariance.size, covariance.size]) }),
    ...(histogram && {
      histogram: {
        edges: of("histogram/edges", [histogram.bins + 1]).data,
        counts: of("histogram/counts", [...shape, histogram.bins]),
        below: of("histogram/below"),
        above: of("histogram/above"),
      },
    }),
    ...(exceedances && {
      exceedances: {
        above: of("exceedances/above", [exceedances.count]).data,
        fraction: rows("exceedances/fraction", exceedances.count),
        low: rows("exceedances/low", exceedances.count),
        high: rows("exceedances/high", exceedances.count),
      },
    }),
  };
}

/** The ensemble that a description and the arrays make. */
export function restoreEnsemble(level: string, described: EnsembleDescription, array: Lookup): EnsembleResult {
  return {
    repeats: described.repeats,
    ends: described.ends,
    series: mapValues(described.series, (one, name) => restoreSeries(`${level}/ensemble/${name}`, one, array)),
  };
}
