/** What stands for a column in a figure, by column: text of the user, which may carry `$…$`. */
export type ColumnLabels = Readonly<Record<string, string>>;

const letters: Readonly<Record<string, string>> = {
  beta: "$β$",
  n: "$n$",
  d: "$d$",
  epsilon: "$ε$",
  gamma: "$γ$",
};

function labelOfWord(word: string): string {
  return letters[word] ?? (/^[A-Z]$/.test(word) ? `$${word}$` : word.replace(/[-_]/g, " "));
}

/** The last word of a path in the field's letters, with the word before where that alone says little. */
function nameOf(column: string): string {
  const words = column.split(".");
  const last = words.at(-1)!;
  const before = words.at(-2);
  const vague = /^(scale|seed|rows|\d+|value|mean|sd)$/.test(last);
  if (!vague || before === undefined) return labelOfWord(last);
  // An entry of a list: cov.diagonal.0 is entry 1 of the diagonal.
  const entry = /^\d+$/.test(last) ? `entry ${Number(last) + 1}` : last;
  return `${labelOfWord(before)} ${entry}`;
}

/** Whether a column is a place in the document, or of an analysis; measured columns keep their whole names. */
const isPath = (column: string): boolean => /^(model|initial|solve|levels|analysis)\./.test(column);

/** What stands for a column on an axis: the user's own, "depth t" for `t`, the name of a place, else the column itself. */
export function labelOf(column: string, labels: ColumnLabels = {}): string {
  if (labels[column] !== undefined) return labels[column];
  if (column === "t") return "depth $t$";
  return isPath(column) ? nameOf(column) : column;
}
