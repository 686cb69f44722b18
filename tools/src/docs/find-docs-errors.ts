import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Finding, filesBelow, pathFrom } from "../source-files.js";
import { type Page, readPage } from "./blocks.js";
import { checkData } from "./data-blocks.js";
import { runShellBlocks } from "./shell-blocks.js";
import { checkTypescript } from "./typescript-blocks.js";

const isMarkdown = (name: string): boolean => name.endsWith(".md");

function pagesOf(root: string): Page[] {
  const top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "test/QUARANTINES.md"].map((name) => join(root, name));
  const below = ["docs", "python", "packages", "papers"].flatMap((folder) =>
    filesBelow(join(root, folder), isMarkdown),
  );
  return [...top.filter((path) => existsSync(path)), ...below].map((path) =>
    readPage(pathFrom(root, path), readFileSync(path, "utf8")),
  );
}

function brokenLinks(root: string, page: Page): Finding[] {
  return page.links.flatMap(({ line, target }) => {
    const path = decodeURIComponent(target.replace(/[#?].*$/, ""));
    if (/^[a-z][a-z+.-]*:/i.test(target) || path === "") return [];
    const full = path.startsWith("/") ? join(root, path) : join(root, dirname(page.file), path);
    return existsSync(full) ? [] : [{ file: page.file, line, rule: `the link ${target} leads nowhere` }];
  });
}

/** Every code block and link of the documentation that does not work. */
export function findDocsErrors(root: string): Finding[] {
  const pages = pagesOf(root);
  const blocks = pages.flatMap((page) => page.blocks);
  const data = blocks.filter(({ language }) => language === "json" || language === "yaml");
  return [
    ...pages.flatMap((page) => brokenLinks(root, page)),
    ...data.flatMap(checkData),
    ...checkTypescript(
      root,
      blocks.filter(({ language }) => language === "ts"),
    ),
    ...pages.flatMap((page) => runShellBlocks(root, page)),
  ];
}
