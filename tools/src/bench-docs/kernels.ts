import type { BenchResult, BenchRow } from "@meanfield/kernels/bench";
import { digits, percent, table } from "./markdown.js";

/** What `meanfield bench --json` answers, as far as the docs say it. */
export type KernelAnswer = BenchResult & {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly load: readonly number[];
  };
  readonly command: string;
};

const backends = ["native", "wasm", "reference"] as const;
const precisions = ["f64", "f32"] as const;
const words: Readonly<Record<string, string>> = {
  native: "native",
  wasm: "WebAssembly",
  reference: "plain TypeScript",
  numpy: "NumPy",
  "torch-sdpa": "PyTorch SDPA",
};

const distinct = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

interface Place {
  readonly kernel: string;
  readonly n: number;
  readonly d: number;
  readonly threads: number;
}

const isAt = (row: Place, { kernel, n, d, threads }: Partial<Place>): boolean =>
  (kernel === undefined || row.kernel === kernel) &&
  (n === undefined || row.n === n) &&
  (d === undefined || row.d === d) &&
  (threads === undefined || row.threads === threads);

/** Tokens at which the most dimensions were measured. */
function mainTokens(rows: readonly BenchRow[]): number {
  const softmax = rows.filter((row) => isAt(row, { kernel: "softmax", threads: 1 }));
  const count = (n: number) => distinct(softmax.filter((row) => row.n === n).map(({ d }) => d)).length;
  return distinct(softmax.map(({ n }) => n)).reduce((best, n) => (count(n) > count(best) ? n : best));
}

/** Machine, command, load and spread: what a number of these tables is worth. */
export function kernelSettings({ machine, command, repeats, seed, rows, peers }: KernelAnswer): string {
  const spreads = rows.map(({ cpuNsPerPair }) => cpuNsPerPair.spread).sort((a, b) => a - b);
  const walls = rows
    .filter(({ threads }) => threads === 1)
    .map((row) => row.nsPerPair.median / row.cpuNsPerPair.median);
  const at = (values: readonly number[], q: number) => values[Math.round(q * (values.length - 1))]!;
  const busy = at(
    walls.toSorted((a, b) => a - b),
    0.9,
  );
  const torch = peers?.torch === undefined ? "PyTorch was not there" : `PyTorch ${peers.torch}`;
  const blas = peers?.blas?.match(/^OpenBLAS \S+/)?.[0] ?? "another library";
  const core = peers?.blas?.match(/SkylakeX|Haswell|Cooperlake|Zen|Sandybridge|Nehalem|ARMV8|NEOVERSE\S*/i)?.[0];
  const python =
    peers === undefined
      ? "no peers"
      : `NumPy ${peers.numpy} on ${blas}${core === undefined ? "" : ` (${core})`}; ${torch}`;
  return [
    `\`${command}\`: ${machine.cpu.trim()}, ${machine.cores} processors, Node ${machine.node.replace("v", "")}; ${python}.`,
    `Medians of ${repeats} samples in turns, seed ${seed}. Load ${machine.load.map(digits).join(" to ")} (processes running,`,
    `a minute's mean, before and after): times are of processor time, whose quartiles are ${percent(at(spreads, 0.5))} apart in the`,
    `median row and at most ${percent(at(spreads, 0.9))} in nine of ten; by the clock, nine in ten rows of one thread took`,
    `${busy < 1.005 ? "the same to within 1 %" : `at most ${percent(busy - 1)} longer`}.`,
  ].join("\n");
}

export function rooflineTable({ rooflines }: KernelAnswer): string {
  return table(
    ["one core", "10⁹ exponentials a second", "10⁹ operations a second"],
    rooflines
      .toSorted((a, b) => b.gigaFlops.median - a.gigaFlops.median)
      .map(({ backend, precision, gigaExponentials, gigaFlops }) => [
        `${words[backend] ?? backend} ${precision}`,
        digits(gigaExponentials.median),
        digits(gigaFlops.median),
      ]),
  );
}

/** One line for each backend and precision that has a cell; the columns are the values of one size. */
function matrix(
  { rows }: KernelAnswer,
  columns: readonly number[],
  cell: (row: BenchRow) => string | undefined,
  at: (column: number, backend: string) => Partial<Place>,
): string[][] {
  const lines: string[][] = [];
  for (const backend of backends) {
    for (const precision of precisions) {
      const own = rows.filter((row) => row.backend === backend && row.precision === precision);
      const cells = columns.map((column) => {
        const row = own.find((one) => isAt(one, { kernel: "softmax", threads: 1, ...at(column, backend) }));
        return (row && cell(row)) ?? "";
      });
      if (cells.some((one) => one !== "")) lines.push([`${words[backend]} ${precision}`, ...cells]);
    }
  }
  return lines;
}

/** Places of the table over d: the reference has tokens of its own. */
function placesOverD({ rows }: KernelAnswer) {
  const n = mainTokens(rows);
  const plain = rows.filter((row) => row.backend === "reference" && row.kernel === "softmax");
  const own = plain.some((row) => row.n === n) ? n : mainTokens(plain.length > 0 ? plain : rows);
  const dimensions = distinct(rows.filter((row) => isAt(row, { kernel: "softmax", n, threads: 1 })).map(({ d }) => d));
  const at = (d: number, backend: string) => ({ d, n: backend === "reference" ? own : n });
  return { n, own, dimensions, at };
}

export function timeTable(answer: KernelAnswer): string {
  const { n, own, dimensions, at } = placesOverD(answer);
  const time = ({ cpuNsPerPair }: { cpuNsPerPair: { median: number } }) => digits(cpuNsPerPair.median);
  const peers = answer.peers?.rows ?? [];
  const names = [...new Set(peers.map(({ peer, precision }) => `${peer} ${precision}`))];
  const lines = names.map((name) => [
    name.replace(/^\S+/, (peer) => words[peer] ?? peer),
    ...dimensions.map((d) => {
      const row = peers.find(
        (one) => `${one.peer} ${one.precision}` === name && isAt(one, { kernel: "softmax", n, d, threads: 1 }),
      );
      return row === undefined ? "" : time(row);
    }),
  ]);
  const title = own === n ? `n = ${n}` : `n = ${n} (plain TypeScript ${own})`;
  return table(
    [`ns a pair, ${title}, d =`, ...dimensions.map(String)],
    [...matrix(answer, dimensions, time, at), ...lines],
  );
}

export function fractionTable(answer: KernelAnswer): string {
  const { dimensions, at } = placesOverD(answer);
  const fraction = ({ cpuRooflineFraction: value }: BenchRow) => (value === undefined ? undefined : percent(value));
  return table(["of the roofline, d =", ...dimensions.map(String)], matrix(answer, dimensions, fraction, at));
}

/** Time of a peer over ours, with its quartiles. */
export function peerTable(answer: KernelAnswer): string {
  const { dimensions, at } = placesOverD(answer);
  const shown = (["numpy", "torch-sdpa"] as const).flatMap((over) => {
    const cell = (row: BenchRow) => {
      const found = answer.ratios.find(
        (one) => one.over === over && one.backend === row.backend && one.precision === row.precision && isAt(one, row),
      );
      return found === undefined ? undefined : digits(found.cpuRatio.median);
    };
    return matrix(answer, dimensions, cell, at).map(([name, ...cells]) => [`${words[over]} over ${name}`, ...cells]);
  });
  return table(["times as long as ours, d =", ...dimensions.map(String)], shown);
}

export function sizeTable(answer: KernelAnswer): string {
  const cell = ({ cpuNsPerPair, cpuRooflineFraction: value }: BenchRow) =>
    `${digits(cpuNsPerPair.median)}${value === undefined ? "" : ` (${percent(value)})`}`;
  const softmax = answer.rows.filter((row) => isAt(row, { kernel: "softmax", threads: 1 }));
  const counts = distinct(softmax.map(({ d }) => d)).map((d) => {
    const sizes = distinct(softmax.filter((row) => row.d === d && row.backend !== "reference").map(({ n }) => n));
    return { d, sizes };
  });
  const chosen = counts.filter(({ sizes }) => sizes.length > 2);
  return chosen
    .map(({ d, sizes }) =>
      table(
        [`d = ${d}, ns a pair (of the roofline), n =`, ...sizes.map(String)],
        matrix(answer, sizes, cell, (n) => ({ n, d })),
      ),
    )
    .join("\n\n");
}

export function threadTable({ ratios, machine }: KernelAnswer): string {
  const rows = ratios
    .filter(({ over }) => over === "one thread")
    .map(({ backend, precision, n, d, threads, ratio, cpuRatio }) => [
      `${words[backend]} ${precision}, n = ${n}, d = ${d}, ${threads} threads`,
      digits(ratio.median),
      `${digits(ratio.low)} to ${digits(ratio.high)}`,
      digits(1 / cpuRatio.median),
    ]);
  const head = ["against one thread", "times as fast by the clock", "quartiles", "processor time"];
  return rows.length === 0 ? `${machine.cores} processor: one thread only.` : table(head, rows);
}

export function otherTable({ rows, ratios }: KernelAnswer): string {
  const units: Readonly<Record<string, string>> = { ensemble: "pair", product: "multiplication", normals: "normal" };
  const lines = rows
    .filter(({ kernel }) => kernel in units)
    .map((row) => {
      const own = (over: string) =>
        ratios.find(
          (one) =>
            one.over === over && one.backend === row.backend && one.precision === row.precision && isAt(one, row),
        );
      const sizes =
        row.kernel === "normals"
          ? `n = ${row.n}`
          : row.kernel === "product"
            ? `d = ${row.d}`
            : `n = ${row.n}, d = ${row.d}`;
      const [ratio, system] = [own("numpy"), own("one system")];
      return [
        `${row.kernel} ${row.precision}, ${sizes}, ${words[row.backend]}`,
        `${digits(row.cpuNsPerPair.median)} a ${units[row.kernel]}`,
        row.cpuRooflineFraction === undefined ? "" : percent(row.cpuRooflineFraction),
        ratio === undefined ? "" : digits(ratio.cpuRatio.median),
        system === undefined ? "" : percent(system.cpuRatio.median),
      ];
    });
  // Measurements from before that ratio was taken have no column of it.
  const columns = ["", "ns", "of the roofline", "NumPy's time over ours"];
  return lines.some((cells) => cells[4] !== "")
    ? table([...columns, "of one large system's speed"], lines)
    : table(
        columns,
        lines.map((cells) => cells.slice(0, 4)),
      );
}
