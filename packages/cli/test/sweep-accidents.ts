import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { bin, type Ended } from "./command.js";
import { chunkBytes, chunkCount, expectRecovered, expectTidy, sweepWords } from "./sweeps.js";

/** A sweep that runs while the test goes on. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export function begin(folder: string, words: readonly string[]): Running {
  const child = spawn(process.execPath, [bin, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (bytes) => {
    stdout += String(bytes);
  });
  child.stderr!.on("data", (bytes) => {
    stderr += String(bytes);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Waits until so many chunks are there, or the process has ended. */
export async function untilChunks(directory: string, count: number, { child }: Running): Promise<void> {
  while (chunkCount(directory) < count && child.exitCode === null && child.signalCode === null) await setTimeout(5);
}

/** Processes that a process started. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

export interface Accident {
  readonly folder: string;
  /** Bytes of an undisturbed sweep. */
  readonly whole: Record<string, string>;
  /** Name of the results, fresh for every accident. */
  readonly out: string;
  /** Chunks that are there when it happens. */
  readonly after: number;
}

/** kill -9 of a worker: the sweep itself goes on and ends well. */
export async function workerKilled({ folder, whole, out, after }: Accident): Promise<void> {
  const running = begin(folder, sweepWords(out, "--workers", "2", "--quiet"));
  await untilChunks(join(folder, out), after, running);
  const [victim] = childrenOf(running.child.pid!);
  process.kill(victim!, "SIGKILL");
  const { code, stderr } = await running.ended;
  // A worker between two chunks is missed by nobody.
  if (stderr !== "") expect(stderr).toMatch(/^a worker ended \(SIGKILL\) in .* which is computed again\n$/);
  expect(code).toBe(0);
  expect(chunkBytes(join(folder, out))).toEqual(whole);
  expectTidy(join(folder, out));
}

/** kill -9 of the driver; its workers must not live on. */
export async function driverKilled({ folder, whole, out, after }: Accident): Promise<void> {
  const running = begin(folder, sweepWords(out, "--workers", "2", "--quiet"));
  await untilChunks(join(folder, out), after, running);
  const workers = childrenOf(running.child.pid!);
  running.child.kill("SIGKILL");
  expect((await running.ended).signal).toBe("SIGKILL");
  await expectRecovered(folder, out, whole);
  // A dead process that nobody has reaped yet (Z) is no process.
  const states = workers.map((pid) => String(spawnSync("ps", ["-o", "stat=", "-p", String(pid)]).stdout).trim());
  expect(states.filter((state) => state !== "" && !state.startsWith("Z"))).toEqual([]);
}

/** SIGTERM: exit 130, what is done is kept, nothing is left over. */
export async function terminated({ folder, whole, out, after }: Accident): Promise<void> {
  const running = begin(folder, sweepWords(out, "--workers", "2", "--quiet"));
  await untilChunks(join(folder, out), after, running);
  running.child.kill("SIGTERM");
  const { code, stdout, stderr } = await running.ended;
  expect(stderr).toBe("interrupted; finished cells are kept; the same command goes on\n");
  expect(code).toBe(130);
  expect(stdout).toBe("");
  expectTidy(join(folder, out));
  expect(chunkCount(join(folder, out))).toBeGreaterThanOrEqual(after);
  await expectRecovered(folder, out, whole);
}

/** A result that lost its end, and one with a changed byte: reported, and computed anew. */
export async function damaged({ folder, whole, out, after }: Accident): Promise<void> {
  const running = begin(folder, sweepWords(out, "--workers", "2", "--quiet"));
  await untilChunks(join(folder, out), Math.max(2, after), running);
  running.child.kill("SIGTERM");
  await running.ended;
  const chunks = join(folder, out, "chunks");
  const [first, second] = readdirSync(chunks).sort();
  truncateSync(join(chunks, first!), 100);
  const bytes = readFileSync(join(chunks, second!));
  bytes[40]! ^= 4;
  writeFileSync(join(chunks, second!), bytes);
  const stderr = await expectRecovered(folder, out, whole);
  for (const name of [first!, second!]) expect(stderr).toContain(`${join(out, "chunks", name)}: must be the file that`);
}

/** Two drivers on one sweep share the work. */
export async function twoDrivers({ folder, whole, out, after }: Accident): Promise<void> {
  const one = begin(folder, sweepWords(out, "--workers", "1", "--json", "--quiet"));
  await untilChunks(join(folder, out), after, one);
  const other = begin(folder, sweepWords(out, "--workers", "1", "--json", "--quiet"));
  const ends = [await one.ended, await other.ended];
  expect(ends.map(({ stderr }) => stderr)).toEqual(["", ""]);
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  const computed = ends.map(({ stdout }) => (JSON.parse(stdout) as { computed: number }).computed);
  expect(computed[0]! + computed[1]!).toBe(120);
  expect(chunkBytes(join(folder, out))).toEqual(whole);
  expectTidy(join(folder, out));
}

/** A disk that is full: said so with exit 2; with space the same command goes on. In a tmpfs of its own. */
export async function diskFull({ folder, whole, out }: Accident): Promise<void> {
  const command = `'${process.execPath}' '${bin}' sweep many.yaml --out '${out}/disk' --workers 2 --quiet`;
  const script = `
mkdir -p '${out}' && mount -t tmpfs -o size=200k tmpfs '${out}' || exit 99
${command}; echo "first $?"
find '${out}' -name '*.tmp' | wc -l
mount -o remount,size=50m '${out}'
${command}; echo "second $?"
mkdir '${out}-kept' && cp -r '${out}/disk/.' '${out}-kept'`;
  const done = spawnSync("unshare", ["-rm", "sh", "-c", script], { cwd: folder, encoding: "utf8" });
  expect(done.stderr).toMatch(
    /needs free space on its disk, got ENOSPC\. Free some, or choose another --out; then run again\.\n/,
  );
  expect(done.stdout).toMatch(/^first 2\n0\n.*second 0\n$/s);
  expect(chunkBytes(join(folder, `${out}-kept`))).toEqual(whole);
}
