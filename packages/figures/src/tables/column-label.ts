/** What stands for a column in a figure, by column: text of the user, which may carry `$…$`. */
export type ColumnLabels = Readonly<Record<string, string>>;

/** The last word of a path of the document (two where it is a number); measured columns keep their names. */
function shortName(column: string): string {
  if (!/^(model|initial|solve|levels)\./.test(column)) return column;
  const words = column.split(".");
  return words.slice(/^\d+$/.test(words.at(-1)!) ? -2 : -1).join(".");
}

/** The label of a column: the user's own, "depth t" for `t`, else its name. */
export function labelOf(column: string, labels: ColumnLabels = {}): string {
  return labels[column] ?? (column === "t" ? "depth $t$" : shortName(column));
}
