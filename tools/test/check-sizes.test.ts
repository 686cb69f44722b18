import { expect, test } from "vitest";
import { findOversized } from "../src/sizes.js";
import { withTree } from "./temporary-tree.js";

const lines = (count: number, text = "  x += 1;\n") => text.repeat(count);
const sizesOf = (files: Record<string, string>) =>
  withTree(files, (root) => findOversized(root).map(({ file, line, rule }) => `${file}:${line}: ${rule}`));

test("a function of 60 lines passes, one of 61 does not", () => {
  const files = {
    "packages/a/src/fits.ts": `export function fits(x: number) {\n${lines(58)}}\n`,
    "packages/a/src/long.ts": `\nexport const long = (x: number) => {\n${lines(59)}};\n`,
  };
  expect(sizesOf(files)).toEqual(["packages/a/src/long.ts:2: long has 61 lines; a function has at most 60"]);
});

test("a file of 400 lines passes, one of 401 does not, coefficients and catalogs are exempt", () => {
  const row = "export {};\n";
  const files = {
    "packages/a/src/fits.ts": lines(400, row),
    "packages/a/src/long.ts": lines(401, row),
    "packages/a/src/coefficients.ts": lines(900, row),
    "packages/a/src/catalog.ts": lines(900, row),
  };
  expect(sizesOf(files)).toEqual(["packages/a/src/long.ts:1: the file has 401 lines; a file has at most 400"]);
});

test("a written reason excuses a function and a file; a comment without a reason does not", () => {
  const body = `export function long(x: number) {\n${lines(70)}}\n`;
  expect(sizesOf({ "packages/a/src/one.ts": `// size: one table, row by row\n${body}` })).toEqual([]);
  expect(sizesOf({ "packages/a/src/one.ts": `// size:\n${body}` })).toHaveLength(1);
  expect(
    sizesOf({ "packages/a/src/one.ts": `// size: generated from the standard\n${lines(500, "export {};\n")}` }),
  ).toEqual([]);
});

test("bodies of describe and test are lists of cases, functions inside them are not", () => {
  const inner = `const helper = (x: number) => {\n${lines(70)}};\n`;
  expect(sizesOf({ "packages/a/src/a.test.ts": `describe("a", () => {\n${lines(70, "  it();\n")}});\n` })).toEqual([]);
  expect(sizesOf({ "packages/a/src/a.test.ts": `describe("a", () => {\n${inner}});\n` })).toHaveLength(1);
});
