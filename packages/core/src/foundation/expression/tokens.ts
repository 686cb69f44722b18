import { InputError } from "../errors/index.js";

/** A piece of an expression with the place (0-based) where it starts. */
export interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/** The refusal of an expression at a place. */
export function wrongAt(source: string, at: number, rule: string, got: string, fix: string): InputError {
  return new InputError({
    code: "syntax",
    who: "expression",
    rule: `${rule} at character ${at + 1} of "${source}"`,
    got,
    fix,
    details: { at },
  });
}

const patterns = [
  ["number", /^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/],
  ["name", /^[A-Za-z_][A-Za-z_0-9]*/],
  ["sign", /^(\*\*|[-+*/^(),])/],
] as const;

/** Numbers, names and signs, in order, with an end. @throws InputError syntax */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    if (/^\s/.test(rest)) {
      at++;
      continue;
    }
    const found = patterns.map(([kind, pattern]) => ({ kind, match: pattern.exec(rest) })).find(({ match }) => match);
    if (found?.match == null) {
      throw wrongAt(source, at, "no such sign", `"${rest[0]}"`, "Use numbers, names and + - * / ^ ( ) ,");
    }
    tokens.push({ kind: found.kind, text: found.match[0], at });
    at += found.match[0].length;
  }
  return [...tokens, { kind: "end", text: "the end", at }];
}
