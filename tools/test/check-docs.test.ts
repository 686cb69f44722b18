import { expect, test } from "vitest";
import { readPage } from "../src/docs/blocks.js";
import { checkData } from "../src/docs/data-blocks.js";
import { findDocsErrors } from "../src/docs/find-docs-errors.js";
import { withTree } from "./temporary-tree.js";

const fence = "```";
const block = (info: string, text: string) => `${fence}${info}\n${text}\n${fence}\n`;
const errorsOf = (files: Record<string, string>) =>
  withTree(files, (root) => findDocsErrors(root).map(({ file, line }) => `${file}:${line}`));

test("blocks know their line, language and words; links inside code are not links", () => {
  const page = readPage("a.md", `# A\n\n[b](b.md) \`[c](c.md)\`\n\n${block("yaml one.yaml", "a: 1\nb: 2")}`);
  expect(page.blocks).toEqual([{ file: "a.md", line: 6, language: "yaml", words: ["one.yaml"], text: "a: 1\nb: 2\n" }]);
  expect(page.links).toEqual([{ line: 3, target: "b.md" }]);
});

test("links that lead nowhere are found at their line", () => {
  const files = {
    "README.md": "[ok](docs/a.md#part)\n[web](https://example.org)\n[bad](docs/b.md)\n",
    "docs/a.md": "[up](../README.md)\n",
  };
  expect(errorsOf(files)).toEqual(["README.md:3"]);
});

test("TypeScript that does not type-check is found at its line; a fragment has to parse only", () => {
  const wrong = block("ts", "const a: number = 1;\nconst b: string = a;\nexport { b };");
  const right = block("ts", "export const a: number = 1;");
  const fragment = block("ts fragment", "declare const x: Unknown;");
  expect(errorsOf({ "README.md": `${right}${fragment}\n${wrong}` })).toEqual(["README.md:10"]);
});

test("`ts run` and `sh run` have to end well; other shell blocks are not run", () => {
  const files = {
    "docs/a.md": `${block("ts run", 'import { sep } from "node:path";\nexport const x = sep;')}${block("ts run", 'throw new Error("no");')}`,
    "docs/b.md": block("sh run", "true\nfalse\ntrue"),
    "docs/c.md": block("sh", "false"),
    "docs/d.md": `${block("yaml two.yaml", "a: 1")}${block("sh run", "grep a two.yaml")}`,
  };
  expect(errorsOf(files)).toEqual(["docs/a.md:6", "docs/b.md:2"]);
});

test("JSON has to parse; YAML with a model has to be an experiment", () => {
  const data = (language: string, text: string) => checkData({ file: "a.md", line: 1, language, words: [], text });
  const valid = "model: { attention: softmax }\ninitial: { gaussian: { mean: [0, 0] } }\nlevels: { particles: }\n";
  expect(data("json", '{ "a": 1 }')).toEqual([]);
  expect(data("json", "{ a: 1 }")).toHaveLength(1);
  expect(data("yaml", valid)).toEqual([]);
  expect(data("yaml", valid.replace("softmax", "softmax, masc: none"))[0]!.rule).toMatch(/masc/);
  expect(data("yaml", "mask: causal\n")).toEqual([]);
  expect(data("yaml", "a: [1\n")).toHaveLength(1);
});
