import { readable } from "../drawing/describe.js";

/** What stands for a column in a figure, by column: text of the user, which may carry `$…$`. */
export type ColumnLabels = Readonly<Record<string, string>>;

/** The field's letters for words of a document. */
const letters: Readonly<Record<string, string>> = {
  alpha: "$α$",
  beta: "$β$",
  gamma: "$γ$",
  epsilon: "$ε$",
  kappa: "$κ$",
  lambda: "$λ$",
  sigma: "$σ$",
  sigmaU: "$σ_U$",
  sigmaW: "$σ_W$",
  n: "$n$",
  d: "$d$",
  t: "$t$",
  dt: "$Δt$",
  "log-n": "$γ$",
  tStar: "$t^*$",
  tError: "error of $t^*$",
  verdict: "regime",
  rank: "limiting rank",
  blowUpMargin: "margin of blow-up",
};

/** Whole paths with a letter of their own; captured numbers are indices from 0. */
const places: readonly (readonly [path: RegExp, label: (...indices: number[]) => string])[] = [
  [/^initial\.[\w-]+\.cov\.diagonal\.(\d+)$/, (i) => `$Σ_{${i}${i}}(0)$`],
  [/^initial\.[\w-]+\.cov\.(\d+)\.(\d+)$/, (i, j) => `$Σ_{${i}${j}}(0)$`],
  [/^initial\.[\w-]+\.cov\.scale$/, () => "scale of $Σ(0)$"],
  [/^initial\.[\w-]+\.mean\.(\d+)$/, (i) => `$m_{${i}}(0)$`],
  [/^initial\.(?:equiangular|two-token)\.overlap$/, () => "overlap at $t$ = 0"],
  [/^levels\.layers\.L$/, () => "layers $L$"],
  [/^solve\.span\.1$/, () => "final depth $T$"],
];

function labelOfWord(word: string): string {
  if (Object.hasOwn(letters, word)) return letters[word]!;
  if (/^[A-Z]$/.test(word)) return `$${word}$`;
  return readable(word.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`));
}

/** The last word of a path in the field's letters, with the word before where that alone says little. */
function nameOf(column: string): string {
  for (const [path, label] of places) {
    const found = path.exec(column);
    if (found !== null) return label(...found.slice(1).map((index) => Number(index) + 1));
  }
  const words = column.split(".");
  const last = words.at(-1)!;
  const before = words.at(-2);
  if (before === undefined) return labelOfWord(last);
  if (/^\d+$/.test(last)) return `${labelOfWord(before)} entry ${Number(last) + 1}`;
  // Q.random is the kind of matrix that Q is.
  if (last === "random") return labelOfWord(before);
  if (/^(scale|seed|rows|value|mean|sd)$/.test(last)) return `${last} of ${labelOfWord(before)}`;
  return last === "t" ? `${labelOfWord(before)} $t$` : labelOfWord(last);
}

const statistics: Readonly<Record<string, (series: string) => string>> = {
  mean: (series) => `mean of ${series}`,
  se: (series) => `standard error of ${series}`,
  sd: (series) => `standard deviation of ${series}`,
  count: (series) => `repeats with ${series}`,
};

/** `<level>.<series>` with a statistic over the repeats or a depth behind it: what it is, and where. */
function measuredName(column: string): readonly [what: string, where: string] {
  const [stem, depth] = column.split("@") as [string, string?];
  const [level, series, ...rest] = stem.split(".") as [string, string, ...string[]];
  const statistic = rest.join(".");
  const name = readable(series);
  const quantile = /^quantile-(.+)$/.exec(statistic)?.[1];
  const said =
    quantile !== undefined
      ? `quantile ${quantile} of ${name}`
      : (statistics[statistic]?.(name) ?? [name, ...rest].join(" "));
  return [said, `, ${readable(level)}${depth === undefined ? "" : `, $t$ = ${depth}`}`];
}

/** `<A>|<B>.<metric>`. */
function distanceName(column: string): string {
  const at = column.lastIndexOf(".");
  const [one, other] = column.slice(0, at).split("|") as [string, string];
  return `${readable(column.slice(at + 1))}, ${readable(one)} to ${readable(other)}`;
}

/** Whether a column is a place in the document, or of an analysis. */
const isPath = (column: string): boolean => /^(model|initial|solve|levels|backend|analysis)\./.test(column);

/**
 * What stands for a column on an axis: the user's own, "depth t" for `t`, the field's symbol of a place, else the
 * measured series in words.
 */
export function labelOf(column: string, labels: ColumnLabels = {}): string {
  if (Object.hasOwn(labels, column)) return labels[column]!;
  if (column === "t") return "depth $t$";
  if (column.startsWith("$")) return labelOfWord(column.slice(1));
  if (isPath(column)) return nameOf(column);
  if (column.includes("|")) return distanceName(column);
  return column.includes(".") ? measuredName(column).join("") : labelOfWord(column);
}

/** The same without level and depth, for an axis whose figure says these in its caption. */
export function shortLabelOf(column: string, labels: ColumnLabels = {}): string {
  const isMeasured = column.includes(".") && !column.includes("|") && !isPath(column) && !column.startsWith("$");
  return isMeasured && !Object.hasOwn(labels, column) ? measuredName(column)[0] : labelOf(column, labels);
}
