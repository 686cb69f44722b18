import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Finding } from "../source-files.js";
import type { Block } from "./blocks.js";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
};

/** A single file has no package.json beside it that says it is an ES module. */
const single: ts.CompilerOptions = {
  ...options,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

const messageOf = (diagnostic: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");

function typeErrors(files: ReadonlyMap<string, Block>): Finding[] {
  const program = ts.createProgram([...files.keys()], options);
  return ts.getPreEmitDiagnostics(program).flatMap((diagnostic) => {
    const block = files.get(diagnostic.file?.fileName ?? "");
    if (block === undefined) return [];
    const { line } = diagnostic.file!.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    return [{ file: block.file, line: block.line + line, rule: messageOf(diagnostic) }];
  });
}

function syntaxErrors(block: Block): Finding[] {
  const { diagnostics = [] } = ts.transpileModule(block.text, { compilerOptions: single, reportDiagnostics: true });
  return diagnostics.map((one) => ({ file: block.file, line: block.line, rule: messageOf(one) }));
}

function run(path: string, block: Block): Finding[] {
  const compiled = path.replace(/\.ts$/, ".js");
  writeFileSync(compiled, ts.transpileModule(block.text, { compilerOptions: single }).outputText);
  const done = spawnSync(process.execPath, [compiled], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
  });
  if (done.status === 0) return [];
  const said = done.stderr.trim().split("\n").slice(0, 12).join("\n");
  return [{ file: block.file, line: block.line, rule: `the block ended with ${done.status ?? done.signal}:\n${said}` }];
}

/**
 * Type-checks blocks against the built packages, in a folder inside the repository so that they resolve as a user's
 * files would; runs those marked `ts run`. `ts fragment` is only parsed.
 */
export function checkTypescript(root: string, blocks: readonly Block[]): Finding[] {
  const whole = blocks.filter((block) => !block.words.includes("fragment"));
  const folder = join(root, ".docs-check");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }\n');
    const files = new Map(whole.map((block, k) => [join(folder, `block-${k}.ts`), block]));
    for (const [path, block] of files) writeFileSync(path, `${block.text}export {};\n`);
    const findings = typeErrors(files);
    for (const [path, block] of files) if (block.words.includes("run")) findings.push(...run(path, block));
    return [...findings, ...blocks.filter((block) => !whole.includes(block)).flatMap(syntaxErrors)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
