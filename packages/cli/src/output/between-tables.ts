import {
  type LayerScaling,
  measuredGrowth,
  type PowerSeries,
  type RunResult,
  type SizeScaling,
} from "@meanfield/core/experiment";
import { exponentText } from "@meanfield/figures";
import { brief } from "./format.js";
import { textTable } from "./text-table.js";

interface Fits {
  readonly sizes?: SizeScaling;
  readonly layers?: LayerScaling;
}

/** One line for each pair and distance: the means by the numbers, and the exponent with its error. */
function scalingTable(
  scaling: Readonly<Record<string, Readonly<Record<string, PowerSeries>>>>,
  letter: "n" | "L",
  numbers: readonly number[],
): string {
  const rows = Object.entries(scaling).flatMap(([pair, metrics]) =>
    Object.entries(metrics).map(([metric, series]) => [
      pair.replace("|", " | "),
      metric,
      ...series.mean.map((value, k) => `${brief(value)} ± ${series.error[k]!.toExponential(0)}`),
      exponentText(series),
    ]),
  );
  const header = ["levels", "distance", ...numbers.map((value) => `${letter} = ${value}`), `exponent of ${letter}`];
  return textTable(header, rows);
}

/** The distances by number of tokens and by number of layers. */
export function scalingTables({ sizes, layers }: Fits, repeats: number): string[] {
  const tables: string[] = [];
  const said = `at the end of the span (mean of ${repeats} draws ± its standard error)`;
  const numbersOf = (scaling: object, letter: "n" | "L"): readonly number[] =>
    Object.values(scaling).flatMap((metrics: object) => Object.values(metrics).map((series) => series[letter]))[0] ??
    [];
  for (const [letter, what, scaling] of [
    ["n", "tokens", sizes],
    ["L", "layers", layers],
  ] as const) {
    if (scaling === undefined) continue;
    const table = scalingTable(scaling, letter, numbersOf(scaling, letter));
    const none = "no distance is positive at each of them with every level at the end of the span";
    tables.push(`By number of ${what}, ${said}\n${Object.keys(scaling).length === 0 ? none : table}`);
  }
  return tables;
}

/**
 * Every pair of levels and every distance in one table: the value at the last depth both reached with its null band, the
 * exponents in n and in L where they were asked for, and the measured constant of Dobrushin's bound.
 */
export function betweenTable(result: RunResult, { sizes, layers }: Fits): string {
  const growth = measuredGrowth(result);
  const grown = Object.keys(growth).length > 0;
  const rows = Object.entries(result.distances).flatMap(([pair, metrics]) =>
    Object.entries(metrics).flatMap(([metric, { t, value, null: band }]) => {
      const k = t.length - 1;
      if (k < 0) return [];
      const fit = (scaling: Readonly<Record<string, Readonly<Record<string, PowerSeries>>>> | undefined) => {
        if (scaling === undefined) return [];
        const found = scaling[pair]?.[metric];
        return [found === undefined ? "–" : exponentText(found)];
      };
      const rate = growth[pair]?.[metric]?.rate;
      return [
        [
          pair.replace("|", " | "),
          metric,
          brief(t[k]!),
          brief(value[k]!),
          band === undefined ? "–" : `${brief(band.low[k]!)} … ${brief(band.high[k]!)}`,
          ...fit(sizes),
          ...fit(layers),
          ...(grown ? [rate === undefined ? "–" : brief(rate)] : []),
        ],
      ];
    }),
  );
  const header = [
    "levels",
    "distance",
    "t",
    "value",
    "null band 5–95 %",
    ...(sizes === undefined ? [] : ["exponent of n"]),
    ...(layers === undefined ? [] : ["exponent of L"]),
    ...(grown ? ["Dobrushin's C"] : []),
  ];
  return `Between the levels\n${textTable(header, rows)}`;
}
