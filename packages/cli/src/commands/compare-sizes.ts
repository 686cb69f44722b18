import type { SizeScaling } from "@meanfield/core/experiment";
import { InvalidArgumentError } from "commander";
import { compute } from "../compute/client.js";
import { loadExperiment } from "../documents/load-experiment.js";
import { brief } from "../output/format.js";
import { textTable } from "../output/text-table.js";
import { createReporter, progressStyle } from "../progress/reporter.js";
import { positiveInteger, type RunFlags } from "./options.js";

/** "64,256" → [64, 256]. */
export function positiveIntegers(text: string): number[] {
  const values = text.split(",").map(positiveInteger);
  if (values.length < 2) throw new InvalidArgumentError("must be two or more numbers, like 64,256,1024.");
  return values;
}

/** Distances by number of tokens, computed in a worker. */
export async function compareSizes(
  file: string,
  flags: RunFlags,
  sizes: readonly number[],
  repeats: number,
): Promise<SizeScaling> {
  const { document } = await loadExperiment(file, flags);
  const reporter = createReporter(progressStyle(flags.quiet === true));
  try {
    const { scaling } = await compute({ kind: "sizes", document, sizes, repeats }, (progress) =>
      reporter.update(progress),
    );
    return scaling;
  } finally {
    reporter.done();
  }
}

/** One line for each pair and distance: the means by n, and the exponent with its error. */
export function sizesTable(scaling: SizeScaling, repeats: number): string {
  const lines = Object.entries(scaling).flatMap(([pair, metrics]) =>
    Object.entries(metrics).map(([metric, series]) => ({ pair, metric, series })),
  );
  const sizes = lines[0]?.series.n ?? [];
  const rows = lines.map(({ pair, metric, series: { mean, error, slope, slopeError } }) => [
    pair.replace("|", " | "),
    metric,
    ...mean.map((value, k) => `${brief(value)} ± ${error[k]!.toExponential(0)}`),
    `${slope.toFixed(2)} ± ${slopeError.toFixed(2)}`,
  ]);
  const header = ["levels", "distance", ...sizes.map((n) => `n = ${n}`), "exponent of n"];
  return `By number of tokens, at the end of the span (mean of ${repeats} draws ± its standard error)\n${textTable(header, rows)}`;
}
