import { builtinPlugins, planSweep, seedColumn } from "@meanfield/core/experiment";
import { isMapping } from "@meanfield/core/foundation/parameters";
import type { FigureTable, Grid, TableRow } from "@meanfield/figures";
import type { SweepManifest } from "@meanfield/results";

const mappingAt = (value: unknown, key: string): Readonly<Record<string, unknown>> => {
  const inner = isMapping(value) ? value[key] : undefined;
  return isMapping(inner) ? inner : {};
};

/** "seed 1", "seeds 1 to 8", "seeds 1, 3, 9", "40 seeds". */
function seedsText(seeds: readonly number[]): string {
  const sorted = [...new Set(seeds)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return "";
  if (sorted.length === 1) return `seed ${first}`;
  if (last - first === sorted.length - 1) return `seeds ${first} to ${last}`;
  return sorted.length <= 6 ? `seeds ${sorted.join(", ")}` : `${sorted.length} seeds`;
}

/** The seeds of the tokens, as a column or as the document says; none where no tokens are drawn. */
function seedsOf(document: unknown, columns: readonly string[], rows: readonly TableRow[]): readonly number[] {
  const swept = columns.find((column) => column === seedColumn || /^initial\.[\w-]+\.seed$/.test(column));
  if (swept !== undefined) return rows.flatMap((row) => (typeof row[swept] === "number" ? [row[swept]] : []));
  const law = Object.entries(mappingAt(document, "initial"))[0];
  if (law === undefined || !builtinPlugins.laws.some(({ name, seeded }) => seeded && name === law[0])) return [];
  const { n, seed = 1 } = isMapping(law[1]) ? law[1] : {};
  const isDrawn = typeof n === "number" || columns.some((column) => column === `initial.${law[0]}.n`);
  return isDrawn && typeof seed === "number" ? [seed] : [];
}

/** The rows of a figure among the cells of a sweep. */
export interface DrawnRows {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** Cells there are, and those of them that failed. */
  readonly cells: number;
  readonly failed: number;
}

/** What a caption says of where rows come from: cells, seeds, repeats, backend and version. */
export function sourceText({ document, backend, versions }: SweepManifest, drawn: DrawnRows): string {
  const { columns, rows, cells, failed } = drawn;
  const count = rows.length === cells ? `${cells} cells` : `${rows.length} of ${cells} cells`;
  const { repeats } = mappingAt(document, "solve");
  const { name, precision, accuracy } = backend;
  const parts = [
    failed > 0 ? `${count} (${failed} failed)` : count,
    typeof repeats === "number" && repeats > 1 ? `${repeats} repeats` : "",
    seedsText(seedsOf(document, columns, rows)),
    `backend ${name} ${precision}${accuracy === "exact" ? "" : ` to ${accuracy}`}`,
    `Meanfield ${versions["@meanfield/core"] ?? "of unknown version"}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** The first grids of the columns that a sweep refines. */
export function gridsOf(document: unknown): FigureTable["grids"] {
  const { dimensions, follow } = planSweep(document);
  if (follow?.kind !== "refine") return undefined;
  const entries = follow.over.map((k): [string, Grid] => {
    const { columns, size, at } = dimensions[k]!;
    const values = Array.from({ length: size }, (_, i) => at(i)[0] as number).sort((a, b) => a - b);
    const { scale } = mappingAt(mappingAt(document, "sweep"), columns[0]!);
    return [columns[0]!, { values, log: scale === "log" }];
  });
  return Object.fromEntries(entries);
}
