import { InputError } from "@meanfield/core/foundation/errors";
import { type Figure, heatMap, lineFamily, parallelCoordinates, rankHistogram, regimeMap } from "@meanfield/figures";
import type { StoreIo } from "@meanfield/results";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readSweepTable, type Where } from "../files/sweep-table.js";

/** Kinds of figures of a sweep. */
export const sweepFigureKinds = [
  "heat-map",
  "line-family",
  "parallel-coordinates",
  "regime-map",
  "rank-histogram",
] as const;
const bands = ["se", "quantiles"] as const;

/** Flags of `meanfield figure` that are about a sweep. */
export interface SweepFigureFlags {
  readonly kind?: string;
  readonly x?: string;
  readonly y?: string;
  readonly value?: string;
  readonly by?: string;
  readonly facet?: string;
  readonly band?: (typeof bands)[number];
  readonly column?: readonly string[];
  readonly boundary?: readonly string[];
  readonly zero?: string;
  readonly where?: readonly Where[];
  readonly label?: readonly Where[];
}

function parsePair(text: string, before: readonly Where[] = []): Where[] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("must be column=value.");
  return [...before, { column: text.slice(0, at), value: text.slice(at + 1) }];
}

function parseLabel(text: string, before: readonly Where[] = []): Where[] {
  const pairs = parsePair(text, before);
  if (pairs.at(-1)!.value.split("$").length % 2 === 0) throw new InvalidArgumentError("needs a second $: $…$.");
  return pairs;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** The flags of a sweep's figures on the command. */
export function addSweepFigureFlags(command: Command): Command {
  return command
    .option("--x <column>", "of a sweep: column across; t in a line-family for the depths of the value's records")
    .option(
      "--y <column>",
      "of a heat-map or regime-map: column upwards; t in a heat-map for the depths of the value's records",
    )
    .option("--value <column>", "of a sweep: column that is drawn")
    .option("--by <column>", "of a line-family or rank-histogram: column whose values each have a line or a panel")
    .option("--facet <column>", "of a heat-map or line-family: column whose values each have a panel")
    .addOption(new Option("--band <kind>", "of a line-family: bands over the repeats").choices(bands))
    .option("--column <column>", "of parallel-coordinates: an axis; may be repeated", collect)
    .option("--boundary <column>", "of a heat-map: a height for each x, drawn as a line; may be repeated", collect)
    .option("--zero <column>", "of a regime-map: column whose zeros are drawn (default: the margin of blow-up)")
    .option("--where <column=value>", "of a sweep: rows with this value only; may be repeated", parsePair)
    .option(
      "--label <column=text>",
      "of a sweep: what stands for a column, $…$ is mathematics; may be repeated",
      parseLabel,
    );
}

type Wanted = "x" | "y" | "value";
type Kind = (typeof sweepFigureKinds)[number];

/** What each kind takes beside `--where` and `--label`. */
const takes: Readonly<Record<Kind, readonly (keyof SweepFigureFlags)[]>> = {
  "heat-map": ["x", "y", "value", "boundary", "facet"],
  "line-family": ["x", "value", "by", "facet", "band"],
  "parallel-coordinates": ["column", "value"],
  "regime-map": ["x", "y", "value", "zero"],
  "rank-histogram": ["value", "by"],
};

/** Refuses a flag that the kind would pass over. @throws InputError incompatible */
function refuseOthers(kind: Kind, flags: SweepFigureFlags): void {
  const own: readonly string[] = [...takes[kind], "kind", "where", "label", "out"];
  const other = Object.keys(flags).find((name) => !own.includes(name));
  if (other === undefined) return;
  throw new InputError({
    code: "incompatible",
    who: `figure ${kind}`,
    rule: `takes ${takes[kind].map((name) => `--${name}`).join(", ")}, --where and --label`,
    got: `--${other}`,
    fix: "Leave it out, or choose another --kind",
  });
}

/** Flags without which the figure cannot be drawn. @throws InputError missing */
function required<K extends Wanted>(kind: string, flags: SweepFigureFlags, names: readonly K[]): Record<K, string> {
  const missing = names.filter((name) => flags[name] === undefined);
  if (missing.length === 0) return flags as Record<K, string>;
  throw new InputError({
    code: "missing",
    who: `figure ${kind}`,
    rule: `needs ${names.map((name) => `--${name}`).join(", ")}: columns of the sweep's rows, or t for the depth`,
    got: `no ${missing.map((name) => `--${name}`).join(", ")}`,
    fix: 'See the columns with: meanfield query "describe cells" DIR',
  });
}

/** @throws InputError unknown-name */
function requireKind(kind: string): asserts kind is Kind {
  if ((sweepFigureKinds as readonly string[]).includes(kind)) return;
  throw new InputError({
    code: "unknown-name",
    who: "figure",
    rule: `a sweep has no figure "${kind}"`,
    fix: `There are ${sweepFigureKinds.join(", ")}`,
  });
}

/**
 * The figure of a sweep that the flags ask for, a heat map when no kind is named.
 * @throws InputError missing, unknown-name, incompatible, conflict, empty, unreadable
 */
export async function sweepFigures(io: StoreIo, directory: string, flags: SweepFigureFlags): Promise<Figure[]> {
  const { kind = "heat-map", value, zero, by, facet, band, column = [], boundary = [], where = [], label = [] } = flags;
  requireKind(kind);
  refuseOthers(kind, flags);
  const labels = Object.fromEntries(label.map((one) => [one.column, one.value]));
  const read = () => readSweepTable(io, directory, where);
  if (kind === "heat-map") {
    const { x, y, value: drawn } = required(kind, flags, ["x", "y", "value"]);
    return [heatMap(await read(), { x, y, value: drawn, boundaries: boundary, facet, labels })];
  }
  if (kind === "line-family") {
    const { x, value: drawn } = required(kind, flags, ["x", "value"]);
    return [lineFamily(await read(), { x, value: drawn, by, facet, band, labels })];
  }
  if (kind === "parallel-coordinates") return [parallelCoordinates(await read(), { columns: column, value, labels })];
  if (kind === "regime-map") {
    const { x, y } = required(kind, flags, ["x", "y"]);
    return [regimeMap(await read(), { x, y, ...(value && { verdict: value }), ...(zero && { zero }), labels })];
  }
  return [rankHistogram(await read(), { ...(value && { rank: value }), ...(by && { by }), labels })];
}
