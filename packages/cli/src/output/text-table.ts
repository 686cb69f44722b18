/** Where a cell may be broken: at a space, after a hyphen or a dot that a letter follows. */
const pieces = /\s+|(?<=[\p{L}\d][-.])(?=\p{L})/u;
const gaps = /(\s+|(?<=[\p{L}\d][-.])(?=\p{L}))/u;

const gap = "  ";
const widthOf = (text: string): number => [...text].length;

/** A cell in lines of at most `width`, broken only where it may be. */
function wrap(cell: string, width: number): string[] {
  const lines = [""];
  const parts = cell.split(gaps);
  for (let i = 0; i < parts.length; i += 2) {
    const separator = parts[i - 1] ?? "";
    const last = lines.at(-1)!;
    if (i > 0 && widthOf(last + separator + parts[i]!) > width) lines.push(parts[i]!);
    else lines[lines.length - 1] = last + separator + parts[i]!;
  }
  return lines;
}

/** Running text in lines that fit the terminal. */
export function paragraph(text: string, room: number = process.stdout.columns ?? Number.POSITIVE_INFINITY): string {
  return wrap(text, room).join("\n");
}

/** Column widths that fit `room`: the widest column that can be broken gives way first. */
function fit(columns: readonly (readonly string[])[], room: number): number[] {
  const widths = columns.map((cells) => Math.max(...cells.map(widthOf)));
  const least = columns.map((cells) => Math.max(...cells.flatMap((cell) => cell.split(pieces).map(widthOf))));
  for (;;) {
    const total = widths.reduce((a, b) => a + b, 0) + gap.length * (widths.length - 1);
    const widest = widths.reduce((best, width, k) => (width > least[k]! && width > (widths[best] ?? 0) ? k : best), -1);
    if (total <= room || widest < 0) return widths;
    widths[widest] = Math.max(least[widest]!, widths[widest]! - (total - room > 8 ? 4 : 1));
  }
}

/**
 * Rows under a head, columns aligned by their display width. Cells are broken where the table would be wider than
 * `room`, which is the terminal's width, or without bound where the output is no terminal.
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  room: number = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const all = [head, ...rows];
  const widths = fit(
    head.map((_, k) => all.map((row) => row[k] ?? "")),
    room,
  );
  const lines = (cells: readonly string[]): string[] => {
    const wrapped = head.map((_, k) => wrap(cells[k] ?? "", widths[k]!));
    const height = Math.max(...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, i) =>
      wrapped
        .map((cell, k) => (cell[i] ?? "") + " ".repeat(widths[k]! - widthOf(cell[i] ?? "")))
        .join(gap)
        .trimEnd(),
    );
  };
  return [...lines(head), widths.map((width) => "─".repeat(width)).join(gap), ...rows.flatMap(lines)].join("\n");
}
