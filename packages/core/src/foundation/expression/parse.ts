import { InputError, nearestOf, show } from "../errors/index.js";
import { type Token, tokensOf, wrongAt } from "./tokens.js";

/** A parsed expression: its value for the variables in their declared order. */
export type Expression = (variables: readonly number[]) => number;

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  min: Math.min,
  max: Math.max,
  atan2: Math.atan2,
};
const arity: Readonly<Record<string, number>> = { min: 2, max: 2, atan2: 2 };
const constants: Readonly<Record<string, number>> = { pi: Math.PI };

/** Where the parser stands. */
interface Cursor {
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly variables: readonly string[];
  next: number;
  depth: number;
}

/** How deep parentheses, signs and powers may nest. */
const deepest = 200;

const look = (cursor: Cursor): Token => cursor.tokens[cursor.next]!;

function takeSign(cursor: Cursor, ...signs: readonly string[]): string | undefined {
  const token = look(cursor);
  if (token.kind !== "sign" || !signs.includes(token.text)) return undefined;
  cursor.next++;
  return token.text;
}

function requireSign(cursor: Cursor, sign: string, fix: string): void {
  if (takeSign(cursor, sign) !== undefined) return;
  const { at, text } = look(cursor);
  throw wrongAt(cursor.source, at, `expected "${sign}"`, text, fix);
}

function sum(cursor: Cursor): Expression {
  let left = product(cursor);
  for (;;) {
    const sign = takeSign(cursor, "+", "-");
    if (sign === undefined) return left;
    const [a, b] = [left, product(cursor)];
    left = sign === "+" ? (v) => a(v) + b(v) : (v) => a(v) - b(v);
  }
}

function product(cursor: Cursor): Expression {
  let left = signed(cursor);
  for (;;) {
    const sign = takeSign(cursor, "*", "/");
    if (sign === undefined) return left;
    const [a, b] = [left, signed(cursor)];
    left = sign === "*" ? (v) => a(v) * b(v) : (v) => a(v) / b(v);
  }
}

function signed(cursor: Cursor): Expression {
  if (++cursor.depth > deepest) {
    throw wrongAt(
      cursor.source,
      look(cursor).at,
      `nests deeper than ${deepest}`,
      look(cursor).text,
      "Write it flatter",
    );
  }
  const sign = takeSign(cursor, "-", "+");
  const value = sign === undefined ? power(cursor) : signed(cursor);
  cursor.depth--;
  return sign === "-" ? (v) => -value(v) : value;
}

function power(cursor: Cursor): Expression {
  const base = atom(cursor);
  if (takeSign(cursor, "^", "**") === undefined) return base;
  const exponent = signed(cursor);
  return (v) => base(v) ** exponent(v);
}

function call(cursor: Cursor, { text, at }: Token): Expression {
  const f = Object.hasOwn(functions, text) ? functions[text] : undefined;
  if (f === undefined) {
    const names = Object.keys(functions);
    throw wrongAt(cursor.source, at, "no such function", text, `Did you mean "${nearestOf(text, names)}"?`);
  }
  const values = [sum(cursor)];
  while (takeSign(cursor, ",") !== undefined) values.push(sum(cursor));
  requireSign(cursor, ")", "Close the parenthesis");
  const count = arity[text] ?? 1;
  if (values.length !== count) {
    throw wrongAt(cursor.source, at, `${text} takes ${count} values`, String(values.length), "Separate them by commas");
  }
  const [a, b] = [values[0]!, values[1]];
  return b === undefined ? (v) => f(a(v)) : (v) => f(a(v), b(v));
}

function atom(cursor: Cursor): Expression {
  const token = look(cursor);
  cursor.next++;
  if (token.kind === "number") {
    const value = Number(token.text);
    return () => value;
  }
  if (token.kind === "sign" && token.text === "(") {
    const inner = sum(cursor);
    requireSign(cursor, ")", "Close the parenthesis");
    return inner;
  }
  if (token.kind !== "name") {
    throw wrongAt(cursor.source, token.at, "expected a number, a name or a parenthesis", token.text, "Complete it");
  }
  if (takeSign(cursor, "(") !== undefined) return call(cursor, token);
  const index = cursor.variables.indexOf(token.text);
  if (index >= 0) return (v) => v[index]!;
  const constant = Object.hasOwn(constants, token.text) ? constants[token.text] : undefined;
  if (constant !== undefined) return () => constant;
  const names = [...cursor.variables, ...Object.keys(constants), ...Object.keys(functions)];
  const known = [...cursor.variables, ...Object.keys(constants)].join(", ");
  const fix = `Did you mean "${nearestOf(token.text, names)}"? The variables and constants are ${known}`;
  throw wrongAt(cursor.source, token.at, "no such name", token.text, fix);
}

/**
 * Parses arithmetic: numbers, the given variables, pi, + − * / ^ (also **; right to left, above a sign: −2^2 = −4),
 * parentheses, and sin cos tan exp log sqrt abs sinh cosh tanh min max atan2. It is data: nothing else can be said, and
 * nothing is ever evaluated as code.
 *
 * @throws InputError syntax, with the character where it goes wrong
 * @cost O(length); a value costs one call per operation
 * @source derived
 */
export function parseExpression(source: unknown, variables: readonly string[]): Expression {
  if (typeof source !== "string") {
    const rule = 'must be text like "1 + 0.1*cos(theta)"';
    throw new InputError({ code: "wrong-type", who: "expression", rule, got: show(source) });
  }
  const cursor: Cursor = { source, tokens: tokensOf(source), variables, next: 0, depth: 0 };
  const whole = sum(cursor);
  const { kind, at, text } = look(cursor);
  if (kind !== "end") throw wrongAt(source, at, "expected an operator", text, "Write * between factors");
  return whole;
}

/** Whether arithmetic that parses uses a variable. @throws InputError syntax */
export function mentions(source: string, variable: string): boolean {
  return tokensOf(source).some(({ kind, text }) => kind === "name" && text === variable);
}
