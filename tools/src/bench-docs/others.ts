import type { Ratio, Timing } from "@meanfield/kernels/bench";
import { digits, powerOfTen, table } from "./markdown.js";

/** What every bench script says of itself. */
interface Settings {
  readonly machine: string;
  readonly command: string;
  readonly load: readonly number[];
  readonly repeats: number;
}

interface Times {
  readonly seconds: Timing;
  readonly cpuSeconds: Timing;
}

const settings = ({ machine, command, load, repeats }: Settings): string =>
  `\`${command}\`: ${machine}; medians of ${repeats} runs, load ${load.map(digits).join(" to ")}.`;

const quartiles = ({ low, high }: Timing): string => `${digits(low)} to ${digits(high)}`;

export interface FastSumsAnswer extends Settings {
  readonly rows: readonly (Times & {
    readonly name: string;
    readonly n: number;
    readonly d: number;
    readonly beta: number;
    readonly method: string;
    readonly bound: number;
    readonly fallBacks: number;
    readonly megabytes: number;
    readonly repeats: number;
  })[];
  readonly crossovers: readonly {
    readonly method: string;
    readonly d: number;
    readonly beta: number;
    readonly flat?: boolean;
    readonly n: number | string;
    readonly ratio?: Ratio;
  }[];
}

export const fastSumsSettings = (answer: FastSumsAnswer): string => settings(answer);

export function fastSumsTable({ rows }: FastSumsAnswer): string {
  const head = ["", "n", "β", "processor s", "quartiles", "by the clock s", "certified bound", "process, MB"];
  return table(
    head,
    rows.map(({ name, method, n, beta, cpuSeconds, seconds, bound, megabytes, repeats }) => [
      `${name} \`${method}\``,
      powerOfTen(n),
      String(beta),
      digits(cpuSeconds.median),
      repeats < 3 ? "one run" : quartiles(cpuSeconds),
      digits(seconds.median),
      bound.toExponential(1),
      String(megabytes),
    ]),
  );
}

export function crossoverTable({ crossovers }: FastSumsAnswer): string {
  const where = ({ d, flat }: FastSumsAnswer["crossovers"][number]) =>
    flat === true ? `N(0, I) in R${"¹²³"[d - 1]}` : `S${"⁰¹²³⁴⁵⁶⁷"[d - 1]}`;
  return table(
    ["method", "tokens", "β", "from n =", "its time over the direct sum's there"],
    crossovers.map((one) => [
      `\`${one.method}\``,
      where(one),
      String(one.beta),
      String(one.n),
      one.ratio === undefined ? "" : digits(one.ratio.median),
    ]),
  );
}

export interface CircleLawAnswer extends Settings {
  readonly rows: readonly (Times & {
    readonly scheme: string;
    readonly grid: number;
    readonly outcome: { readonly status: string; readonly event?: string; readonly t?: number };
  })[];
}

export function circleLawTable(answer: CircleLawAnswer): string {
  const rows = answer.rows.map(({ scheme, grid, outcome, cpuSeconds, seconds }) => [
    `\`${scheme}\`, ${grid}`,
    digits(cpuSeconds.median),
    quartiles(cpuSeconds),
    digits(seconds.median),
    outcome.event === undefined ? outcome.status : `${outcome.event} at t = ${digits(outcome.t ?? 0)}`,
  ]);
  const head = ["scheme and grid", "processor s", "quartiles", "by the clock s", "outcome"];
  return `${settings(answer)}\n\n${table(head, rows)}`;
}

export interface SweepCellsAnswer extends Settings {
  readonly rows: readonly (Times & { readonly name: string; readonly cells: number })[];
}

export function sweepCellsTable(answer: SweepCellsAnswer): string {
  const names: Readonly<Record<string, string>> = { plan: "`sweep --plan`", status: "`status`" };
  const rows = answer.rows.map(({ name, cells, cpuSeconds, seconds }) => [
    `${names[name] ?? name}, ${powerOfTen(cells)} cells`,
    digits(cpuSeconds.median),
    quartiles(cpuSeconds),
    digits(seconds.median),
  ]);
  return `${settings(answer)}\n\n${table(["", "processor s", "quartiles", "by the clock s"], rows)}`;
}

export interface PhaseDiagramAnswer extends Settings {
  readonly rows: readonly {
    readonly name: string;
    readonly seconds: Timing;
    readonly cpuSeconds?: Timing;
    /** Of PyTorch: its loops alone, without the start of the process. */
    readonly inside?: Timing;
    readonly torch?: string;
  }[];
  readonly agreement: readonly { readonly name: string; readonly rms: number; readonly expected: number }[];
}

function phaseName({ name, torch }: PhaseDiagramAnswer["rows"][number]): string {
  const [backend, precision] = name.split("-") as [string, string];
  return torch === undefined ? `\`meanfield sweep\`, ${backend}, ${precision}` : `PyTorch ${torch}, ${precision}`;
}

export function phaseDiagramTable(answer: PhaseDiagramAnswer): string {
  const rows = answer.rows.map((row) => [
    phaseName(row),
    digits(row.seconds.median),
    quartiles(row.seconds),
    row.cpuSeconds === undefined ? "" : digits(row.cpuSeconds.median),
    row.inside === undefined ? "" : digits(row.inside.median),
  ]);
  const head = ["process", "by the clock s", "quartiles", "processor s", "loops alone, by the clock s"];
  const [first] = answer.agreement;
  const agreement =
    first === undefined
      ? ""
      : `\n\nThe shares of ${first.name} and of PyTorch differ by ${digits(first.rms)} (root mean square); two independent sets of 64 networks are expected to differ by ${digits(first.expected)}.`;
  return `${settings(answer)}\n\n${table(head, rows)}${agreement}`;
}
