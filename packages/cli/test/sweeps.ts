import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CellRow, listChunks, readChunk } from "@meanfield/results";
import { expect } from "vitest";
import { nodeStoreIo } from "../src/files/node-store-io.js";
import { meanfield } from "./command.js";

/** 120 cells of some 10 ms, each a chunk of its own. */
export const manyCells = `model: { attention: softmax }
initial: { gaussian: { mean: [0, 0], cov: identity, n: 24 } }
levels: { particles: {} }
solve: { span: [0, 1], method: rk4, steps: { fixed: { dt: 0.01 } } }
observe: { trace: { at: [0, 1] } }
sweep:
  model.attention.softmax.beta: { range: [0.1, 3], count: 30 }
  seeds: 4
`;

/** Cells of some ms on both levels, swept as the section says. */
export const small = (sweep: string) => `model: { attention: softmax }
initial: { gaussian: { mean: [0, 0], cov: identity, n: 8 } }
levels: { particles: {}, gaussian-moments: {} }
solve: { span: [0, 1] }
observe: { trace: { at: [0, 0.25, 1] } }
expect: [{ level: particles, equals: completed }]
sweep:
${sweep}`;

/** Name → SHA-256 of every chunk of a sweep. */
export function chunkBytes(directory: string): Record<string, string> {
  const chunks = join(directory, "chunks");
  const names = readdirSync(chunks).sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(chunks, name)))
        .digest("hex"),
    ]),
  );
}

/** Chunks that are there now. */
export function chunkCount(directory: string): number {
  const chunks = join(directory, "chunks");
  return existsSync(chunks) ? readdirSync(chunks).filter((name) => name.endsWith(".parquet")).length : 0;
}

/** Every row of a sweep, in the order of its chunks. */
export async function rowsOf(directory: string): Promise<CellRow[]> {
  const io = nodeStoreIo();
  const rows: CellRow[] = [];
  for (const chunk of await listChunks(io, directory)) rows.push(...(await readChunk(io, chunk)));
  return rows;
}

/** What is left when nobody works: no leases, no drivers, nothing half-written. */
export function expectTidy(directory: string): void {
  for (const folder of ["leases", "drivers"]) expect(readdirSync(join(directory, folder)), folder).toEqual([]);
  const all = readdirSync(directory, { recursive: true }).map(String);
  expect(all.filter((name) => name.endsWith(".tmp"))).toEqual([]);
}

/** A folder with many.yaml and its undisturbed results by one worker in `whole`. */
export async function undisturbed(folder: string): Promise<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "many.yaml"), manyCells);
  const { code, stderr } = await meanfield(sweepWords("whole", "--workers", "1", "--quiet"), folder);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return chunkBytes(join(folder, "whole"));
}

export const sweepWords = (out: string, ...more: readonly string[]): string[] => [
  "sweep",
  "many.yaml",
  "--out",
  out,
  ...more,
];

/** After whatever happened: the same command ends well, with every cell there once, byte for byte as undisturbed. */
export async function expectRecovered(folder: string, out: string, whole: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await meanfield(sweepWords(out, "--json", "--workers", "2"), folder);
  expect(stderr.replace(/^cells.*\n/gm, "").replace(/^.*must be the file that the sweep wrote.*\n/gm, "")).toBe("");
  expect(code).toBe(0);
  const answer = JSON.parse(stdout) as { cells: number; done: number; failed: number };
  expect(answer).toMatchObject({ cells: 120, done: 120, failed: 0 });
  expect(chunkBytes(join(folder, out))).toEqual(whole);
  expect(new Set((await rowsOf(join(folder, out))).map(({ id }) => id)).size).toBe(120);
  expectTidy(join(folder, out));
  return stderr;
}
