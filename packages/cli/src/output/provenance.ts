import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Machine } from "@meanfield/results";

/** Version of this command. All packages are released together. */
export function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Version of every package that computes. */
export function computingVersions(): Record<string, string> {
  const version = ownVersion();
  return { "@meanfield/core": version, "@meanfield/networks": version };
}

export function machine(): Machine {
  const list = cpus();
  return { platform: process.platform, arch: process.arch, cpu: list[0]?.model ?? "unknown", cores: list.length };
}

/** The command line that makes a result again, as a user would type it. */
export function commandLine(words: readonly string[]): string {
  const quote = (word: string) => (/^[\w./=:@+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
  return ["meanfield", ...words.map(quote)].join(" ");
}
