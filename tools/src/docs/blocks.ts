/** A fenced code block of a Markdown file. */
export interface Block {
  /** Path relative to the repository. */
  readonly file: string;
  /** 1-based line of the first line of its text. */
  readonly line: number;
  /** First word after the fence. */
  readonly language: string;
  /** The other words: `run`, `fragment`, or the name of a file to write. */
  readonly words: readonly string[];
  readonly text: string;
}

/** A Markdown file taken apart. */
export interface Page {
  readonly file: string;
  readonly blocks: readonly Block[];
  /** Targets of links outside code. */
  readonly links: readonly { readonly line: number; readonly target: string }[];
}

function linksOf(text: string): string[] {
  const plain = text.replace(/`[^`]*`/g, "");
  const inline = [...plain.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...plain.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/g)];
  return [...inline, ...references].map((match) => match[1]!);
}

/** Fenced blocks and links of a Markdown text. */
export function readPage(file: string, markdown: string): Page {
  const blocks: Block[] = [];
  const links: { line: number; target: string }[] = [];
  let open: { fence: string; indent: number; info: string[]; line: number; text: string[] } | undefined;
  markdown.split("\n").forEach((row, k) => {
    const fence = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(row);
    if (open === undefined) {
      if (fence === null) for (const target of linksOf(row)) links.push({ line: k + 1, target });
      else open = { fence: fence[2]!, indent: fence[1]!.length, info: fence[3]!.split(/\s+/), line: k + 2, text: [] };
      return;
    }
    if (fence !== null && fence[3] === "" && fence[2]!.startsWith(open.fence)) {
      const [language = "", ...words] = open.info;
      blocks.push({ file, line: open.line, language, words, text: `${open.text.join("\n")}\n` });
      open = undefined;
      return;
    }
    const { indent } = open;
    open.text.push(row.slice(Math.min(indent, row.length - row.trimStart().length)));
  });
  return { file, blocks, links };
}
