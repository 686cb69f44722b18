import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ExpressionValue, parseExpression } from "./expression.js";

const names: Readonly<Record<string, ExpressionValue>> = {
  beta: 4,
  n: 100,
  $r: 0.5,
  "model.attention.softmax.beta": 4,
  "gaussian-moments.outcome.status": "stopped",
  ok: true,
};
const value = (text: string) => parseExpression(text).evaluate((name) => names[name] ?? null);

describe("what an expression says", () => {
  // The right side is JavaScript's own arithmetic on the same numbers: equal to the bit.
  test.each<[string, ExpressionValue]>([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["2 ^ 3 ^ 2", 512],
    ["-2 ^ 2", -4],
    ["2 ^ -1", 0.5],
    ["10 - 4 - 3", 3],
    ["100 / 10 / 5", 2],
    ["1e-3 * beta", 0.004],
    ["log(n) / sqrt(beta)", Math.log(100) / 2],
    ["min(beta, 3, n) + max(1, 2)", 5],
    ["round(2.6) + floor(2.6) + ceil(2.2) + abs(-1) + exp(0)", 3 + 2 + 3 + 1 + 1],
    ["[model.attention.softmax.beta] * 2", 8],
    ["model.attention.softmax.beta * 2", 8],
    ["$r * pi", 0.5 * Math.PI],
    ["beta < 5 and n >= 100", true],
    ["beta < 4 or not n == 100", false],
    ["not ok || ok && beta != 3", true],
    ["[gaussian-moments.outcome.status] == 'stopped'", true],
    ["'a' != \"a\"", false],
    ["absent == null", true],
    ["absent + 1", null],
    ["absent < 1", false],
    ["sqrt(absent)", null],
    ["not (absent > 1)", true],
  ])("%s", (text, wanted) => {
    expect(value(text)).toBe(wanted);
  });

  test("names are listed once, without functions and constants", () => {
    expect(parseExpression("sqrt(beta) + [a-b.c] * beta < pi").names).toEqual(["beta", "a-b.c"]);
  });
});

describe("what kind of value an expression gives", () => {
  test.each([
    ["2", "number"],
    ["-beta", "number"],
    ["((beta + 1))", "number"],
    ["beta ^ 2", "number"],
    ["max(beta, n)", "number"],
    ["pi", "number"],
    ["'causal'", "word"],
    ["beta", "name"],
    ["([gaussian-moments.outcome.status])", "name"],
    ["beta < 1 + n", "condition"],
    ["beta == 'x'", "condition"],
    ["not ok", "condition"],
    ["ok and ok", "condition"],
    ["ok or false", "condition"],
    ["true", "condition"],
  ])("%s: %s", (text, kind) => {
    expect(parseExpression(text).kind).toBe(kind);
  });
});

describe("what is no expression is refused", () => {
  test.each([
    ["", /needs a value here, got its end/],
    ["1 +", /needs a value here, got its end/],
    ["1 2", /needs an operator here, got 2/],
    ["(1", /needs \) here, got its end/],
    ["1 < 2 < 3", /needs an operator here, got </],
    ["beta; n", /must be made of numbers, names.*got ; n/],
    ["process.exit()", /knows the functions sqrt/],
    ["constructor('x')", /knows the functions sqrt/],
    ["__proto__(1)", /knows the functions sqrt/],
    ["'a' + 1", /\+ needs numbers, got "a"/],
    ["1 and true", /and, or, not need conditions, got 1/],
    ["sqrt('a')", /sqrt\(\) needs numbers/],
    [`${"(".repeat(100)}1${")".repeat(100)}`, /nested at most 60 deep/],
    [`${"-".repeat(5000)}1`, /at most 2000 characters/],
    [`${"not ".repeat(400)}true`, /nested at most 60 deep/],
  ])("%#: %.20s", (text, says) => {
    expect(() => value(text)).toThrow(says);
  });

  test("any text is an expression or an InputError, never anything else", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."()[]+-*/^<>=!&|'\".,0123456789ea $\\_nbot") }), (text) => {
        try {
          value(text);
        } catch (error) {
          expect((error as Error).name).toBe("InputError");
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** A random formula with all its parentheses, and its value by JavaScript's operators. */
const formula: fc.Arbitrary<{ text: string; value: number }> = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: "small" }, tie("leaf"), tie("pair")),
  leaf: fc.integer({ min: 0, max: 99 }).map((k) => ({ text: String(k / 8), value: k / 8 })),
  pair: fc.tuple(tie("any"), fc.constantFrom("+", "-", "*"), tie("any")).map(([left, operator, right]) => {
    const [a, b] = [left, right] as { text: string; value: number }[];
    const result = { "+": a!.value + b!.value, "-": a!.value - b!.value, "*": a!.value * b!.value }[operator]!;
    return { text: `(${a!.text} ${operator} ${b!.text})`, value: result };
  }),
})).any as fc.Arbitrary<{ text: string; value: number }>;

test("formulas have the value of JavaScript's operators, bit for bit", () => {
  fc.assert(fc.property(formula, (one) => Object.is(value(one.text), one.value)));
});
