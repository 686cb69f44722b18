import { expect, test } from "vitest";
import { digits, fillBlocks, powerOfTen, table } from "../src/bench-docs/markdown.js";

const blocks = { a: () => "A", b: () => "B" };

test("blocks are filled, whatever stood there, and nothing else changes", () => {
  const text = "x\n<!-- bench: a -->\nold\nold\n<!-- end -->\ny\n<!-- bench: b -->\n<!-- end -->\n";
  const wanted = "x\n<!-- bench: a -->\nA\n<!-- end -->\ny\n<!-- bench: b -->\nB\n<!-- end -->\n";
  expect(fillBlocks(text, blocks, "p.md")).toBe(wanted);
  expect(fillBlocks(wanted, blocks, "p.md")).toBe(wanted);
});

test("an unknown name and a block without an end are refused", () => {
  expect(() => fillBlocks("<!-- bench: c -->\n<!-- end -->", blocks, "p.md")).toThrow(/^p.md: there is no .* c$/);
  expect(() => fillBlocks("<!-- bench: a -->\nx", blocks, "p.md")).toThrow(/has no <!-- end -->/);
  expect(() => fillBlocks("<!-- bench: a -->\n<!-- bench: b -->\n<!-- end -->", blocks, "p.md")).toThrow(/has no/);
});

test("numbers and tables", () => {
  expect([0.0312, 0.4567, 12.345, 553.4].map(digits)).toEqual(["0.031", "0.457", "12.3", "553"]);
  expect([1e6, 20_000, 512].map(powerOfTen)).toEqual(["10⁶", "2·10⁴", "512"]);
  expect(table(["d =", "2"], [["f64", "1"]])).toBe("| d = | 2 |\n|---|---:|\n| f64 | 1 |");
});
