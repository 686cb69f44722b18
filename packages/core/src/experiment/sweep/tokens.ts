/** A piece of an expression. */
export interface Token {
  readonly kind: "number" | "word" | "name" | "symbol";
  readonly text: string;
  readonly value: number | string;
  /** A name that was written in [ ]. */
  readonly bracketed: boolean;
}

const patterns: readonly (readonly [kind: Token["kind"], pattern: RegExp])[] = [
  ["number", /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/],
  ["word", /^(?:'[^']*'|"[^"]*")/],
  ["name", /^\[[^\]]+\]/],
  ["name", /^[A-Za-z_$][\w$]*(?:\.[\w$]+)*/],
  ["symbol", /^(?:<=|>=|==|!=|&&|\|\||[-+*/^<>()!,])/],
];
const words: readonly string[] = ["and", "or", "not"];

/** The token that a text begins with. */
function firstToken(text: string): Token | undefined {
  for (const [kind, pattern] of patterns) {
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    if (words.includes(found)) return { kind: "symbol", text: found, value: found, bracketed: false };
    const bracketed = found.startsWith("[");
    const value = kind === "number" ? Number(found) : kind === "word" || bracketed ? found.slice(1, -1) : found;
    return { kind, text: found, value, bracketed };
  }
  return undefined;
}

/** The tokens of an expression, or the text from the first place that is none. */
export function tokenize(text: string): readonly Token[] | string {
  const tokens: Token[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const token = firstToken(rest);
    if (token === undefined) return rest.slice(0, 20);
    tokens.push(token);
    rest = rest.slice(token.text.length).trimStart();
  }
  return tokens;
}
