import { chunkSize } from "@meanfield/results";
import { brief } from "../output/format.js";
import { textTable } from "../output/text-table.js";
import { estimateCost } from "./estimate.js";
import type { PreparedSweep } from "./prepare.js";
import { machineResources, workersFor } from "./resources.js";

/** Rows of the table of cells at its beginning and at its end. */
const shown = 5;

/** A word as it is unless it would break its row. */
const shortValue = (value: unknown): string =>
  typeof value === "number"
    ? brief(value)
    : typeof value === "string" && !/\p{Cc}/u.test(value)
      ? value
      : JSON.stringify(value);

/** A time for people. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${brief(Number((1000 * seconds).toPrecision(3)))} ms`;
  if (seconds < 120) return `${brief(Number(seconds.toPrecision(3)))} s`;
  if (seconds < 7200) return `${brief(Number((seconds / 60).toPrecision(3)))} min`;
  if (seconds < 2 * 86400) return `${brief(Number((seconds / 3600).toPrecision(3)))} h`;
  return `${brief(Number((seconds / 86400).toPrecision(3)))} days`;
}

/** What `sweep --plan` says, as data. */
export function planAnswer(prepared: PreparedSweep, wanted: number | undefined) {
  const { plan, first, directory, manifest } = prepared;
  const resources = machineResources();
  const workers = workersFor(wanted ?? resources.cores, resources);
  const cost = estimateCost(plan, first);
  const size = chunkSize(first.size);
  return {
    base: manifest.base,
    directory,
    cells: first.size,
    more: plan.follow?.kind ?? null,
    chunks: Math.ceil(first.size / size),
    chunkSize: size,
    dimensions: plan.dimensions.map(({ columns, size: values, at }) => ({
      columns,
      values,
      first: at(0),
      last: at(values - 1),
    })),
    measure: plan.measure,
    estimate: { ...cost, workers, seconds: (cost.secondsPerCell * first.size) / workers },
    list: Array.from({ length: first.size }, (_, k) => plan.values(first.at(k))),
  };
}

/** What `sweep --plan` says, for people. */
export function planText(prepared: PreparedSweep, wanted: number | undefined): string {
  const { list, ...answer } = planAnswer(prepared, wanted);
  const names = prepared.plan.columns.map(({ name }) => name);
  const rowOf = (k: number) => [String(k + 1), ...names.map((name) => shortValue(list[k]![name]))];
  const all = list.map((_, k) => k);
  const head = all.length > 2 * shown ? all.slice(0, shown) : all;
  const tail = all.length > 2 * shown ? all.slice(-shown) : [];
  const gap = tail.length > 0 ? [["…", ...names.map(() => "…")]] : [];
  const { estimate, cells, chunks, chunkSize: size, more } = answer;
  const [least, greatest] = estimate.range;
  const follow =
    more === "refine"
      ? "; more where the boundary is refined"
      : more === "stop"
        ? " in the first wave; at most the rest of the grid after it"
        : "";
  const extrapolated = estimate.whole
    ? ""
    : estimate.atLeast
      ? ", not run to their end"
      : ", extrapolated from the part of them that ran";
  const about = estimate.atLeast ? "at least" : "about";
  return [
    textTable(
      ["dimension", "values", "first", "last"],
      answer.dimensions.map((one) => [
        one.columns.join(", "),
        String(one.values),
        one.first.map(shortValue).join(", "),
        one.last.map(shortValue).join(", "),
      ]),
    ),
    "",
    textTable(["cell", ...names], [...head.map(rowOf), ...gap, ...tail.map(rowOf)]),
    "",
    `${cells} cells${follow}, in ${chunks} chunks of up to ${size}; measured: ${answer.measure.join(", ")}`,
    `${about} ${duration(estimate.secondsPerCell)} a cell (${estimate.probed} looked at: ${duration(least)} to ${duration(greatest)}${extrapolated})`,
    `${about} ${duration(estimate.seconds)} on ${estimate.workers} worker${estimate.workers === 1 ? "" : "s"}, into ${answer.directory}`,
  ].join("\n");
}
