import { type CurveStyle, palette } from "../drawing/style.js";
import type { BenchPoint, BenchSource } from "./bench-source.js";

/** One curve: a backend or a peer at one precision, its rows in any order. */
export interface Series {
  readonly label: string;
  readonly style: CurveStyle;
  /** Peers are points without a line. */
  readonly peer: boolean;
  readonly rows: readonly (BenchPoint & { readonly cpuRooflineFraction?: number })[];
}

const colours: Readonly<Record<string, string>> = {
  native: palette.blue,
  wasm: palette.vermillion,
  reference: palette.green,
  numpy: palette.black,
  "torch-sdpa": palette.purple,
};
const names: Readonly<Record<string, string>> = {
  native: "native",
  wasm: "WebAssembly",
  reference: "plain TypeScript",
  numpy: "NumPy",
  "torch-sdpa": "PyTorch SDPA",
};

/** Who computes with circles and squares; the others have triangles and diamonds, so that grey print still reads. */
const round: ReadonlySet<string> = new Set(["native", "reference", "numpy"]);

/** A colour and a pair of markers for who computes; the second marker and a dash for single precision. */
export function styleOf(name: string, precision: string): CurveStyle {
  const single = precision === "f32";
  const marker = round.has(name) ? (single ? "square" : "circle") : single ? "diamond" : "triangle";
  const colour = colours[name] ?? palette.orange;
  return { colour, dash: single ? "4 2.5" : undefined, marker, strokeWidth: 1.3, radius: 2.6 };
}

export function grouped<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** The order in which those who compute stand in legend and panels. */
export const placeOf = (name: string): number => Object.keys(colours).indexOf(name);

/** Softmax on one thread, grouped by who computes and how precisely. */
export function seriesOf({ rows, peers }: BenchSource): Series[] {
  const all = [
    ...rows.map((row) => ({ who: row.backend, peer: false, row })),
    ...(peers?.rows ?? []).map((row) => ({ who: row.peer, peer: true, row })),
  ].filter(({ row }) => row.kernel === "softmax" && row.threads === 1);
  const groups = grouped(all, ({ who, row }) => `${who} ${row.precision}`);
  return [...groups.values()]
    .sort(([a], [b]) => placeOf(a!.who) - placeOf(b!.who))
    .map((group): Series => {
      const { who, peer, row } = group[0]!;
      return {
        label: `${names[who] ?? who} ${row.precision}`,
        style: styleOf(who, row.precision),
        peer,
        rows: group.map((one) => one.row),
      };
    });
}
