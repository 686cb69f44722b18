import { InputError, show } from "../../foundation/errors/index.js";
import { type Token, tokenize } from "./tokens.js";

/** What an expression can be about; null is what is not there. */
export type ExpressionValue = number | string | boolean | null;

/** Value of a name. */
export type Lookup = (name: string) => ExpressionValue;

type Evaluate = (lookup: Lookup) => ExpressionValue;

/** What an expression gives where it gives anything; `name`: what its only name stands for. */
export type ExpressionKind = "number" | "word" | "condition" | "name";

/** A parsed expression: data in, one value out, no code. */
export interface Expression {
  readonly text: string;
  /** Every name in it, once. */
  readonly names: readonly string[];
  readonly kind: ExpressionKind;
  /** @throws InputError wrong-type (arithmetic on words) */
  evaluate(lookup: Lookup): ExpressionValue;
}

/** Where the parser stands. */
interface Cursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly names: Set<string>;
  at: number;
  depth: number;
  /** Of the value parsed last. */
  kind: ExpressionKind;
}

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  min: Math.min,
  max: Math.max,
};
const constants: Readonly<Record<string, ExpressionValue>> = { pi: Math.PI, true: true, false: false, null: null };

/** The parser must not exhaust the stack, nor a condition the time of a plan. */
const deepest = 60;
const longest = 2000;

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
};

const order: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function syntax(text: string, rule: string, got: string): InputError {
  const fix = 'For example "beta * n < 100" or "[analysis.regime.verdict] == \'blow-up\'"';
  return new InputError({ code: "syntax", who: `expression ${show(text)}`, rule, got, fix });
}

function wrongType(text: string, rule: string, value: ExpressionValue): InputError {
  return new InputError({ code: "wrong-type", who: `expression ${show(text)}`, rule, got: show(value) });
}

function accept(cursor: Cursor, ...symbols: readonly string[]): string | undefined {
  const token = cursor.tokens[cursor.at];
  if (token?.kind !== "symbol" || !symbols.includes(token.text)) return undefined;
  cursor.at++;
  return token.text;
}

function closeParenthesis(cursor: Cursor): void {
  if (accept(cursor, ")") === undefined)
    throw syntax(cursor.text, "needs ) here", cursor.tokens[cursor.at]?.text ?? "its end");
}

function nested<T>(cursor: Cursor, parse: (cursor: Cursor) => T): T {
  if (++cursor.depth > deepest) throw syntax(cursor.text, `may be nested at most ${deepest} deep`, "more");
  const value = parse(cursor);
  cursor.depth--;
  return value;
}

/** Both sides as numbers; `missing` where one is not there. */
function binary(
  text: string,
  operator: string,
  apply: (a: number, b: number) => ExpressionValue,
  missing: ExpressionValue,
  [a, b]: readonly [Evaluate, Evaluate],
): Evaluate {
  return (lookup) => {
    const [left, right] = [a(lookup), b(lookup)];
    if (left === null || right === null) return missing;
    if (typeof left !== "number") throw wrongType(text, `${operator} needs numbers`, left);
    if (typeof right !== "number") throw wrongType(text, `${operator} needs numbers`, right);
    return apply(left, right);
  };
}

function chain(cursor: Cursor, operand: (cursor: Cursor) => Evaluate, symbols: readonly string[]): Evaluate {
  let value = operand(cursor);
  for (;;) {
    const operator = accept(cursor, ...symbols);
    if (operator === undefined) return value;
    value = binary(cursor.text, operator, arithmetic[operator]!, null, [value, operand(cursor)]);
    cursor.kind = "number";
  }
}

function truth(text: string, value: ExpressionValue): boolean {
  if (typeof value === "boolean") return value;
  if (value === null) return false;
  throw wrongType(text, "and, or, not need conditions", value);
}

function parseOr(cursor: Cursor): Evaluate {
  const { text } = cursor;
  let value = parseAnd(cursor);
  while (accept(cursor, "or", "||") !== undefined) {
    const [a, b] = [value, parseAnd(cursor)];
    value = (lookup) => truth(text, a(lookup)) || truth(text, b(lookup));
    cursor.kind = "condition";
  }
  return value;
}

function parseAnd(cursor: Cursor): Evaluate {
  const { text } = cursor;
  let value = parseNot(cursor);
  while (accept(cursor, "and", "&&") !== undefined) {
    const [a, b] = [value, parseNot(cursor)];
    value = (lookup) => truth(text, a(lookup)) && truth(text, b(lookup));
    cursor.kind = "condition";
  }
  return value;
}

function parseNot(cursor: Cursor): Evaluate {
  if (accept(cursor, "not", "!") === undefined) return parseComparison(cursor);
  const value = nested(cursor, parseNot);
  cursor.kind = "condition";
  return (lookup) => !truth(cursor.text, value(lookup));
}

function parseComparison(cursor: Cursor): Evaluate {
  const left = parseSum(cursor);
  const operator = accept(cursor, "<", "<=", ">", ">=", "==", "!=");
  if (operator === undefined) return left;
  const right = parseSum(cursor);
  cursor.kind = "condition";
  if (operator === "==") return (lookup) => left(lookup) === right(lookup);
  if (operator === "!=") return (lookup) => left(lookup) !== right(lookup);
  return binary(cursor.text, operator, order[operator]!, false, [left, right]);
}

const parseSum = (cursor: Cursor): Evaluate => chain(cursor, parseProduct, ["+", "-"]);
const parseProduct = (cursor: Cursor): Evaluate => chain(cursor, parseSigned, ["*", "/"]);

function parseSigned(cursor: Cursor): Evaluate {
  if (accept(cursor, "-") === undefined) return parsePower(cursor);
  const value = nested(cursor, parseSigned);
  cursor.kind = "number";
  return binary(cursor.text, "-", (_, negated) => -negated, null, [() => 0, value]);
}

function parsePower(cursor: Cursor): Evaluate {
  const base = parseAtom(cursor);
  if (accept(cursor, "^") === undefined) return base;
  const exponent = nested(cursor, parseSigned);
  cursor.kind = "number";
  return binary(cursor.text, "^", arithmetic["^"]!, null, [base, exponent]);
}

function parseCall(cursor: Cursor, name: string): Evaluate {
  const { text } = cursor;
  const apply = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (apply === undefined) throw syntax(text, `knows the functions ${Object.keys(functions).join(", ")}`, `${name}(`);
  const parts = [nested(cursor, parseOr)];
  while (accept(cursor, ",") !== undefined) parts.push(nested(cursor, parseOr));
  closeParenthesis(cursor);
  cursor.kind = "number";
  return (lookup) => {
    const values = parts.map((part) => part(lookup));
    if (values.includes(null)) return null;
    const bad = values.find((value) => typeof value !== "number");
    if (bad !== undefined) throw wrongType(text, `${name}() needs numbers`, bad);
    return apply(...(values as number[]));
  };
}

function parseAtom(cursor: Cursor): Evaluate {
  const token = cursor.tokens[cursor.at];
  if (accept(cursor, "(") !== undefined) {
    const value = nested(cursor, parseOr);
    closeParenthesis(cursor);
    return value;
  }
  if (token === undefined || token.kind === "symbol")
    throw syntax(cursor.text, "needs a value here", token?.text ?? "its end");
  cursor.at++;
  const { value, kind } = token;
  cursor.kind = kind;
  if (kind !== "name") return () => value;
  const name = String(value);
  if (!token.bracketed && accept(cursor, "(") !== undefined) return parseCall(cursor, name);
  if (!token.bracketed && Object.hasOwn(constants, name)) {
    cursor.kind = name === "pi" ? "number" : "condition";
    return () => constants[name]!;
  }
  cursor.names.add(name);
  return (lookup) => lookup(name);
}

/**
 * Parses an expression: numbers, 'words', names (`beta`, `$ratio`, or anything in [ ]), + − * / ^, < <= > >= == !=,
 * and, or, not, parentheses, pi, true, false, null, and sqrt exp log abs floor ceil round min max. Arithmetic on what
 * is not there gives null, ordering it gives false.
 * @throws InputError syntax
 * @cost O(length) to parse and to evaluate
 */
export function parseExpression(text: string): Expression {
  if (text.length > longest)
    throw syntax(text, `may be at most ${longest} characters long`, `${text.length} characters`);
  const tokens = tokenize(text);
  if (typeof tokens === "string") throw syntax(text, "must be made of numbers, names, 'words' and operators", tokens);
  const cursor: Cursor = { text, tokens, names: new Set(), at: 0, depth: 0, kind: "number" };
  const evaluate = parseOr(cursor);
  const rest = tokens[cursor.at];
  if (rest !== undefined) throw syntax(text, "needs an operator here", rest.text);
  return { text, names: [...cursor.names], kind: cursor.kind, evaluate };
}
