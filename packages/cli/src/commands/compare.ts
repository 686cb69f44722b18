import { type Experiment, measuredDepartures, measuredGrowth, type RunResult } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import { runAnswer } from "@meanfield/results";
import type { Command } from "commander";
import { betweenTable, scalingTables } from "../output/between-tables.js";
import { emit, emitJson } from "../output/emit.js";
import { brief, levelOutcome } from "../output/format.js";
import { analysisLines, attentionTables, departureLines, growthLines, monitorLines } from "../output/run-tables.js";
import { textTable } from "../output/text-table.js";
import { compareScaling, positiveIntegers, type Scaling, type ScalingFlags, writeScaling } from "./compare-scaling.js";
import { documentOptions, positiveInteger } from "./options.js";
import { type Performed, performRun } from "./perform-run.js";
import { settle } from "./run.js";

/** Every distance at every compared depth, one table per metric: depth down, pairs across. */
function comparisonTables({ record }: Performed): string[] {
  const { distances } = record.result;
  const pairs = Object.keys(distances);
  const metrics = [...new Set(pairs.flatMap((pair) => Object.keys(distances[pair]!)))];
  return metrics.map((metric) => {
    const times = [...new Set(pairs.flatMap((pair) => Array.from(distances[pair]![metric]?.t ?? [])))].sort(
      (a, b) => a - b,
    );
    const rows = times.map((t) => [
      brief(t),
      ...pairs.map((pair) => {
        const series = distances[pair]![metric];
        const k = series?.t.indexOf(t) ?? -1;
        if (series === undefined || k < 0) return "–";
        const value = series.value[k]!;
        const high = series.null?.high[k];
        return `${brief(value)}${high !== undefined && value > high ? " *" : ""}`;
      }),
    ]);
    return `${metric} (* above the null band)\n${textTable(["t", ...pairs.map((pair) => pair.replace("|", " | "))], rows)}`;
  });
}

/** Pair → when the cloud left the moments, and what its attention did meanwhile. */
function departuresOf(result: RunResult): Record<string, object> {
  const measured = measuredDepartures(result);
  const pairs = [...new Set([...Object.keys(measured), ...Object.keys(result.attention ?? {})])];
  return Object.fromEntries(
    pairs.map((pair) => {
      const attention = result.attention?.[pair];
      return [pair, { ...measured[pair], ...(attention === undefined ? {} : { attention }) }];
    }),
  );
}

function print(performed: Performed, scaling: Scaling, repeats: number): void {
  const { record, analysis, directory } = performed;
  const levels = Object.entries(record.result.levels);
  emit(levels.map(([name, level]) => `${name}: ${levelOutcome(level)}`).join("\n"));
  const theory = [
    ...analysisLines(analysis),
    ...departureLines(record.result),
    ...growthLines(record.result, analysis),
  ];
  if (theory.length > 0) emit(`\n${theory.join("\n")}`);
  const watched = monitorLines(record.result);
  if (watched.length > 0) emit(`\n${watched.join("\n")}`);
  const tables = [
    ...attentionTables(record.result),
    ...comparisonTables(performed),
    ...scalingTables(scaling, repeats),
    betweenTable(record.result, scaling),
  ];
  for (const table of tables) emit(`\n${table}`);
  if (directory !== undefined) emit(`\nresults and report.html in ${directory}`);
}

function requireTwoLevels({ levels }: Experiment): void {
  if (levels.length >= 2) return;
  throw new InputError({
    code: "incompatible",
    who: "compare",
    rule: "needs two levels of description",
    got: levels.map(({ level }) => level.name).join(", "),
    fix: "Add a level to the file",
    path: ["levels"],
  });
}

/** `meanfield compare FILE`: the levels of description side by side. */
export function addCompare(program: Command, exit: (code: number) => void): void {
  const command = program
    .command("compare")
    .summary("the levels of description side by side, with distances")
    .description("Runs one experiment and prints the distances between its levels at every compared depth.")
    .addHelpText(
      "after",
      `
Examples:
  meanfield compare examples/stable-covariance/experiment.yaml --set compare.every=0.5
  meanfield compare examples/circle-law/experiment.yaml --sizes 64,256,1024
  meanfield compare examples/stable-covariance/experiment.yaml --sizes 64,256,1024 --layers 10,20,40,80

The exponents are written to <out>/figures/distance-scaling as SVG, PNG, PDF and JSON.`,
    );
  documentOptions(command)
    .option("--sizes <list>", "also run these numbers of tokens, and fit the exponent in n", positiveIntegers)
    .option("--layers <list>", "also run these numbers of layers, and fit the exponent in L", positiveIntegers)
    .option("--repeats <n>", "independent draws of the tokens behind each number", positiveInteger, 8);
  command.action(async (file: string, flags: ScalingFlags) => {
    const keep = flags.json !== true || flags.out !== undefined;
    const performed = await performRun(file, { ...flags, quiet: flags.quiet === true, keep, check: requireTwoLevels });
    const { result } = performed.record;
    const scaling = await compareScaling(file, flags);
    if (flags.json) {
      emitJson({
        ...(runAnswer(performed.record) as object),
        analysis: performed.analysis,
        departures: departuresOf(result),
        growth: measuredGrowth(result),
        ...scaling,
      });
    } else if (!flags.quiet) print(performed, scaling, flags.repeats);
    const title = String(result.spec["title"] ?? "experiment");
    if (performed.directory !== undefined) {
      const files = await writeScaling(performed.directory, title, scaling, flags.repeats);
      if (files !== undefined && !flags.json && !flags.quiet) emit(files);
    }
    exit(settle(performed, flags.quiet === true));
  });
}
