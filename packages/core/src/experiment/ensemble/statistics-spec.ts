import { z } from "zod";
import { atPath, InputError, type SpecPath, show } from "../../foundation/errors/index.js";
import type { StatisticsRequest } from "../../foundation/statistics/index.js";

/** `observe.<name>.statistics:` — what an ensemble keeps of a series besides mean, deviation, error and extremes. */
export const statisticsSchema = z
  .strictObject({
    quantiles: z.array(z.number().min(0).max(1)).optional().meta({
      doc: "probabilities; .05, .5, .95 by default for a series of numbers, none for one of arrays",
      unit: "1",
    }),
    covariance: z.boolean().default(false).meta({ doc: "whether the covariance of the components is kept" }),
    histogram: z
      .strictObject({
        from: z.number().meta({ doc: "left edge of the first bin" }),
        to: z.number().meta({ doc: "right edge of the last bin" }),
        bins: z.number().int().min(1).max(10_000).default(40).meta({ doc: "number of equal bins", unit: "1" }),
      })
      .optional()
      .meta({ doc: "counts in equal bins between fixed edges" }),
    exceedances: z.array(z.number()).default([]).meta({ doc: "thresholds: the share of repeats above each" }),
  })
  .meta({ doc: "what an ensemble (solve.repeats) keeps of this series" });

export type StatisticsSpec = z.output<typeof statisticsSchema>;

const standardQuantiles: readonly number[] = [0.05, 0.5, 0.95];

function increasing(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/**
 * The request with its defaults written out.
 * @param shape of one measurement
 * @throws InputError out-of-range (a histogram without width)
 */
export function resolveStatistics(
  spec: StatisticsSpec | undefined,
  shape: readonly number[],
  path: SpecPath,
): StatisticsRequest {
  const { quantiles, covariance = false, histogram, exceedances = [] } = spec ?? {};
  if (histogram !== undefined && !(histogram.from < histogram.to)) {
    atPath([...path, "histogram"], () => {
      throw new InputError({
        code: "out-of-range",
        who: "statistics.histogram",
        rule: "needs from < to",
        got: show([histogram.from, histogram.to]),
      });
    });
  }
  return {
    quantiles: increasing(quantiles ?? (shape.length === 0 ? standardQuantiles : [])),
    covariance,
    ...(histogram === undefined ? {} : { histogram }),
    exceedances: increasing(exceedances),
  };
}
