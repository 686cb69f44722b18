/** A Markdown table; the first column is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = `|---|${head
    .slice(1)
    .map(() => "---:|")
    .join("")}`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** Two significant digits below 10 %, three above: more is noise. */
export const digits = (value: number): string => String(Number(value.toPrecision(value < 0.1 ? 2 : 3)));

export const percent = (fraction: number): string => `${Math.round(100 * fraction)} %`;

/** 1e6 → 10⁶, 20000 → 2·10⁴. */
export function powerOfTen(value: number): string {
  const power = Math.floor(Math.log10(value) + 1e-9);
  if (power < 4) return String(value);
  const mantissa = value / 10 ** power;
  const raised = [...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${mantissa === 1 ? "" : `${mantissa}·`}10${raised}`;
}

const opening = /<!-- bench: \S+ -->/g;

/**
 * Replaces what stands between `<!-- bench: name -->` and `<!-- end -->`.
 * @throws Error when a name is unknown or a block has no end
 */
export function fillBlocks(text: string, blocks: Readonly<Record<string, () => string>>, file: string): string {
  let filled = 0;
  const out = text.replace(/<!-- bench: (\S+) -->\n[\s\S]*?<!-- end -->/g, (_whole, name: string) => {
    const block = blocks[name];
    if (block === undefined) throw new Error(`${file}: there is no measured table ${name}`);
    filled++;
    return `<!-- bench: ${name} -->\n${block()}\n<!-- end -->`;
  });
  if (filled !== (text.match(opening) ?? []).length) throw new Error(`${file}: a measured table has no <!-- end -->`);
  return out;
}
