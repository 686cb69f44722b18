import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import type { Keeper } from "@meanfield/kernels/fast-sums";
import { ownVersion } from "../output/provenance.js";

/** Where this machine's measurements lie: MEANFIELD_CACHE, else the user's cache; by version and processor. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const root =
    environment["MEANFIELD_CACHE"] ?? join(environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "meanfield");
  return join(root, ownVersion(), fileName(cpus()[0]?.model ?? "unknown processor"));
}

const fileName = (text: string): string => text.replaceAll(/[^\w.-]+/g, "-");

function read(file: string): number | undefined {
  try {
    const value = Number.parseFloat(readFileSync(file, "utf8"));
    return value > 0 && Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Puts a whole file where none is yet: of several processes and threads that try, one does. */
function place(file: string, text: string): void {
  const own = `${file}.${randomUUID()}`;
  writeFileSync(own, text);
  try {
    linkSync(own, file);
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Positive numbers that are measured once on a machine and then kept in files, one each, so that every later process and
 * its workers reckon with the same: what depends on them has the same bits again. A folder that cannot be written keeps
 * nothing, and each process measures for itself.
 */
export function keptNumbers(folder: string): Keeper {
  return (name, measure) => {
    const file = join(folder, fileName(name));
    const known = read(file);
    if (known !== undefined) return known;
    const value = measure();
    try {
      mkdirSync(folder, { recursive: true });
      place(file, `${value}\n`);
    } catch {
      // Somebody else was first, or nobody can write here.
    }
    return read(file) ?? value;
  };
}
