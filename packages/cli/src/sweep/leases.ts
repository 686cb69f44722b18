import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { isMapping } from "@meanfield/core/foundation/parameters";
import { isTemporaryName, joinPath, type StoreIo } from "@meanfield/results";

export const leasesName = "leases";
export const driversName = "drivers";

/** Seconds between two signs of life, and without one after which a driver of another machine is taken for dead. */
const beatEvery = 2;
const deadAfter = 30;

/** A process that drives a sweep, as its file in drivers/ says. */
export interface DriverSign {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** When the process began, as the system counts; two processes of one id differ in it. */
  readonly began: string;
  readonly beat: number;
}

/** Who computes what, so that two drivers share the work. Results do not depend on it: a chunk computed twice is one. */
export interface Leases {
  /** Of this driver; its workers mark their temporary files with it. */
  readonly token: string;
  /** Takes a chunk; false where a living driver has it. */
  take(label: string): Promise<boolean>;
  give(label: string): Promise<void>;
  /** Whether somebody asked this driver to stop. */
  cancelled(): boolean;
  /** Ends the signs of life, and gives back every chunk. */
  close(): Promise<void>;
}

/** Fields of /proc/<pid>/stat after the name, from the state on; empty where there is no such file. */
function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** When a process began, in ticks of this machine; "" where that is not known. */
const beginOf = (pid: number): string => statOf(pid)[19] ?? "";

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const encode = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/** The JSON of a file; undefined where it is not there, or not whole. */
async function readJson(io: StoreIo, path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await io.read(path)));
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const tokenPattern = /^[0-9a-f]{16}$/;

async function signOf(io: StoreIo, directory: string, token: string): Promise<DriverSign | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const value = await readJson(io, joinPath(joinPath(directory, driversName), `${token}.json`));
  if (value === undefined) return undefined;
  const { host, pid, began, beat } = value;
  return { token, host: String(host), pid: Number(pid), began: String(began), beat: Number(beat) };
}

/** Whether the process of a driver of this machine is gone; undefined for other machines. */
function isGone({ host, pid, began }: DriverSign): boolean | undefined {
  if (host !== hostname()) return undefined;
  // A dead process that its parent has not asked about yet (Z) still has its number.
  return !runs(pid) || statOf(pid)[0] === "Z" || (began !== "" && beginOf(pid) !== "" && beginOf(pid) !== began);
}

/** The drivers of a sweep that are not known to be dead. */
export async function livingDrivers(io: StoreIo, directory: string): Promise<readonly DriverSign[]> {
  const inside = joinPath(directory, driversName);
  if ((await io.kind(inside)) !== "directory") return [];
  const signs: DriverSign[] = [];
  for (const name of await io.list(inside)) {
    if (isTemporaryName(name) || !name.endsWith(".json")) continue;
    const sign = await signOf(io, directory, name.slice(0, -".json".length));
    if (sign !== undefined && isGone(sign) !== true) signs.push(sign);
  }
  return signs;
}

/** Removes what drivers of this machine left behind whose processes are gone. @returns how many there were */
export async function sweepUpDrivers(io: StoreIo, directory: string): Promise<number> {
  const inside = joinPath(directory, driversName);
  if ((await io.kind(inside)) !== "directory") return 0;
  const tokens = new Set((await io.list(inside)).map((name) => name.replace(/\.(json|stop)$/, "")));
  const gone: string[] = [];
  for (const token of tokens) {
    const sign = await signOf(io, directory, token);
    if (sign !== undefined && isGone(sign) === true) gone.push(token);
  }
  // Leases first: a lease without the sign of its driver would have to be waited for.
  for (const [label, token] of await takenChunks(io, directory))
    if (gone.includes(token)) await io.remove(joinPath(joinPath(directory, leasesName), `${label}.json`));
  for (const token of gone) for (const kind of ["json", "stop"]) await io.remove(joinPath(inside, `${token}.${kind}`));
  return gone.length;
}

/** Chunk label → token of the driver that took it; "" where it is being taken just now, or its driver died doing so. */
export async function takenChunks(io: StoreIo, directory: string): Promise<ReadonlyMap<string, string>> {
  const inside = joinPath(directory, leasesName);
  const taken = new Map<string, string>();
  if ((await io.kind(inside)) !== "directory") return taken;
  for (const name of await io.list(inside)) {
    const driver = (await readJson(io, joinPath(inside, name)))?.["driver"];
    // Given back since the listing.
    if (driver === undefined && (await io.kind(joinPath(inside, name))) === "absent") continue;
    taken.set(name.replace(/\.json$/, ""), typeof driver === "string" ? driver : "");
  }
  return taken;
}

/** Asks a driver to stop; it sees so at its next sign of life. */
export async function askToStop(io: StoreIo, directory: string, { token }: DriverSign): Promise<void> {
  await io.createExclusive(joinPath(joinPath(directory, driversName), `${token}.stop`), encode({}));
}

/** Judges drivers by their signs of life as this process sees them, so that clocks of machines need not agree. */
function createWatch(io: StoreIo, directory: string) {
  const seen = new Map<string, { readonly beat: number; readonly since: number }>();
  return async (token: string): Promise<boolean> => {
    const sign = await signOf(io, directory, token);
    const now = performance.now() / 1000;
    if (sign !== undefined && isGone(sign) === true) return true;
    // No sign at all is a driver that is just beginning or that ended without giving back: judged by time too.
    const beat = sign?.beat ?? -1;
    const before = seen.get(token);
    if (before?.beat !== beat) {
      seen.set(token, { beat, since: now });
      return false;
    }
    return now - before.since > (sign === undefined ? 2 * beatEvery : deadAfter);
  };
}

/**
 * Joins the drivers of a sweep. A chunk is taken by making its file in leases/ (which only one can), and belongs to
 * whoever made it until that driver gives it back or shows no sign of life: at once where its process is gone on this
 * machine, after 30 s otherwise.
 *
 * @throws InputError unwritable
 */
export async function joinDrivers(io: StoreIo, directory: string): Promise<Leases> {
  const token = randomBytes(8).toString("hex");
  const own = new Set<string>();
  const drivers = joinPath(directory, driversName);
  const leases = joinPath(directory, leasesName);
  await io.makeDirectory(drivers);
  await io.makeDirectory(leases);
  await sweepUpDrivers(io, directory);
  const file = joinPath(drivers, `${token}.json`);
  const stop = joinPath(drivers, `${token}.stop`);
  const sign = { host: hostname(), pid: process.pid, began: beginOf(process.pid) };
  let beat = 0;
  let cancelled = false;
  const show = () => io.writeAtomic(file, encode({ ...sign, beat: beat++ }));
  // Not atomic, the first: its temporary file would be that of a driver without a sign, which others clear away.
  await io.createExclusive(file, encode({ ...sign, beat: beat++ }));
  let showing = Promise.resolve();
  const timer = setInterval(() => {
    // A disk that is full or away for a moment must not end the driver here: its next chunk will say so.
    showing = show().catch(() => undefined);
    io.kind(stop).then(
      (kind) => {
        cancelled ||= kind === "file";
      },
      () => undefined,
    );
  }, 1000 * beatEvery);
  timer.unref();
  const isDead = createWatch(io, directory);
  const path = (label: string) => joinPath(leases, `${label}.json`);
  const take = async (label: string): Promise<boolean> => {
    if (await io.createExclusive(path(label), encode({ driver: token }))) {
      own.add(label);
      return true;
    }
    const owner = (await readJson(io, path(label)))?.["driver"];
    if (!(await isDead(typeof owner === "string" ? owner : ""))) return false;
    await io.remove(path(label));
    return take(label);
  };
  const give = async (label: string): Promise<void> => {
    own.delete(label);
    await io.remove(path(label));
  };
  return {
    token,
    take,
    give,
    cancelled: () => cancelled,
    async close() {
      clearInterval(timer);
      await showing;
      for (const label of own) await give(label);
      await io.remove(file);
      await io.remove(stop);
    },
  };
}
