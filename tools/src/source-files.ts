import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";

/** A rule broken at one place of a file. */
export interface Finding {
  /** Path relative to the repository, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

const skipped = new Set(["node_modules", "dist", ".git", ".docs-check", "results-store"]);

/** Every file below a folder whose name passes, sorted; no folder, no files. */
export function filesBelow(folder: string, wanted: (name: string) => boolean): string[] {
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) found.push(...filesBelow(path, wanted));
    else if (entry.isFile() && wanted(entry.name)) found.push(path);
  }
  return found.sort();
}

export const isSource = (name: string): boolean => /\.ts$/.test(name) && !/\.d\.ts$/.test(name);

/** Tests and what only tests import. */
export const isTest = (path: string): boolean =>
  /\.(test|test-helper|bench)\.ts$/.test(path) || /[\\/]test[\\/]/.test(path);

/** The syntax tree of a file. */
export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

/** 1-based line of a node. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

export function pathFrom(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}

/** Prints findings as file:line: rule, and ends the program with 1 if there are any. */
export function report(findings: readonly Finding[], what: string): void {
  for (const { file, line, rule } of findings) console.error(`${file}:${line}: ${rule}`);
  if (findings.length === 0) {
    console.log(`${what}: ok`);
    return;
  }
  console.error(`${what}: ${findings.length} broken ${findings.length === 1 ? "rule" : "rules"}`);
  process.exitCode = 1;
}
