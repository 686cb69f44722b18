import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Finding } from "../source-files.js";
import type { Page } from "./blocks.js";

function shim(root: string, folder: string): void {
  mkdirSync(folder);
  const path = join(folder, "meanfield");
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "packages/cli/bin/meanfield.js")}" "$@"\n`);
  chmodSync(path, 0o755);
}

/**
 * Runs the `sh run` blocks of a page, in order, in one temporary folder with `meanfield` on PATH. A data block whose
 * info string names a file (`yaml two-levels.yaml`) is written there first.
 */
export function runShellBlocks(root: string, page: Page): Finding[] {
  const blocks = page.blocks.filter((block) => block.language === "sh" && block.words.includes("run"));
  if (blocks.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "meanfield-docs-"));
  try {
    const work = join(folder, "work");
    const bin = join(folder, "bin");
    mkdirSync(work);
    shim(root, bin);
    for (const block of page.blocks) {
      const name = block.words.find((word) => /^[\w-]+\.(yaml|json|ts|js|py|txt)$/.test(word));
      if (name !== undefined) writeFileSync(join(work, name), block.text);
    }
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
    return blocks.flatMap((block) => {
      const done = spawnSync("sh", ["-e", "-c", block.text], {
        cwd: work,
        env,
        encoding: "utf8",
        stdio: ["ignore", "ignore", "pipe"],
        timeout: 300_000,
      });
      if (done.status === 0) return [];
      const said = done.stderr.trim().split("\n").slice(-12).join("\n");
      return [
        { file: block.file, line: block.line, rule: `the commands ended with ${done.status ?? done.signal}:\n${said}` },
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
