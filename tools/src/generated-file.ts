import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Writes a generated file; with --check it writes nothing and ends the program with 1 when the file is stale. */
export function writeOrCheck(file: string, wanted: string, command: string): void {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, "utf8") === wanted) return;
  if (process.argv.includes("--check")) {
    console.error(`${file}:1: stale, run \`${command}\``);
    process.exitCode = 1;
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
  console.log(`wrote ${file}`);
}
