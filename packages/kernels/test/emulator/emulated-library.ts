import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emulatedLibrary, emulator } from "../../../../tools/src/emulator.js";
import { type NativeFunctions, signatures } from "../../src/native/library.js";

/** A process in which the library lives, and its two pipes. */
interface Server {
  readonly child: ChildProcess;
  readonly requests: number;
  readonly answers: number;
}

/** What a call hands over: a number, a context, an array or nothing. */
type Argument = number | bigint | ArrayBufferView | null;

/** The bytes of one buffer that arrays of a call lie in: what overlaps here overlaps there. */
interface Region {
  readonly buffer: ArrayBufferLike;
  start: number;
  end: number;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

/** A named pipe: the end for the child, and the own one. */
function pipe(path: string, own: "r" | "w"): { readonly own: number; readonly child: number } {
  run("mkfifo", [path]);
  // Opening one end waits for the other, unless a third holds both.
  const both = openSync(path, "r+");
  const ends = { own: openSync(path, own), child: openSync(path, own === "r" ? "w" : "r") };
  closeSync(both);
  return ends;
}

/** Starts the emulated processor on serve.c, which loads the library. */
function start(): Server {
  const folder = mkdtempSync(join(tmpdir(), "meanfield-emulator-"));
  try {
    const { compiler, command } = emulator()!;
    const serve = join(folder, "serve");
    const source = join(import.meta.dirname, "serve.c");
    run(compiler.command, [...compiler.args, ...compiler.linkArgs, "-O1", "-o", serve, source, "-ldl"]);
    const [requests, answers] = [pipe(join(folder, "requests"), "w"), pipe(join(folder, "answers"), "r")];
    const [program, ...args] = [...command, serve, emulatedLibrary()];
    const child = spawn(program!, args, { stdio: [requests.child, answers.child, "inherit"] });
    child.unref();
    closeSync(requests.child);
    closeSync(answers.child);
    const server = { child, requests: requests.own, answers: answers.own };
    // It has loaded everything from the folder once it has answered.
    call(server, "mf_interface", "int32", [], []);
    return server;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(to: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(to, bytes, done);
}

function read(from: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(from, bytes, done, bytes.length - done, null);
    if (count === 0) throw new Error("the emulated processor ended before it answered");
    done += count;
  }
}

/** The regions of all arrays among the arguments. */
function regionsOf(args: readonly Argument[]): Region[] {
  const regions = new Map<ArrayBufferLike, Region>();
  for (const { buffer, byteOffset, byteLength } of args.filter((one) => ArrayBuffer.isView(one))) {
    const region = regions.get(buffer) ?? { buffer, start: byteOffset, end: byteOffset };
    region.start = Math.min(region.start, byteOffset);
    region.end = Math.max(region.end, byteOffset + byteLength);
    regions.set(buffer, region);
  }
  return [...regions.values()];
}

/** An integer or a pointer, as serve.c reads it. */
function placed(argument: Argument, regions: readonly Region[]): readonly [region: number, value: bigint] {
  if (argument === null) return [-1, 0n];
  if (!ArrayBuffer.isView(argument)) return [-1, BigInt(argument)];
  const region = regions.findIndex(({ buffer }) => buffer === argument.buffer);
  return [region, BigInt(argument.byteOffset - regions[region]!.start)];
}

function call(
  server: Server,
  name: string,
  result: string,
  parameters: readonly string[],
  args: readonly Argument[],
): number | bigint | null | undefined {
  const regions = regionsOf(args);
  const integers = args.filter((_, k) => parameters[k] !== "double").map((one) => placed(one, regions));
  const doubles = args.filter((_, k) => parameters[k] === "double") as number[];
  const real = result === "double" ? 1 : 0;
  const parts = [
    Int32Array.of(name.length, integers.length, doubles.length, regions.length, real),
    new TextEncoder().encode(name),
    BigInt64Array.from(integers.flatMap(([region, value]) => [BigInt(region), value])),
    Float64Array.from(doubles),
    BigInt64Array.from(regions, ({ start, end }) => BigInt(end - start)),
  ].map(({ buffer }) => new Uint8Array(buffer));
  const arrays = regions.map(({ buffer, start, end }) => new Uint8Array(buffer, start, end - start));
  for (const bytes of [...parts, ...arrays]) write(server.requests, bytes);
  const answer = new DataView(new ArrayBuffer(8));
  for (const bytes of [new Uint8Array(answer.buffer), ...arrays]) read(server.answers, bytes);
  if (result === "void") return undefined;
  if (real) return answer.getFloat64(0, true);
  if (result === "int32") return answer.getInt32(0, true);
  const pointer = answer.getBigInt64(0, true);
  return pointer === 0n ? null : pointer;
}

/**
 * The library for an emulated processor, its functions called in a process of the emulator: arrays travel there and back.
 * It ends when this process does.
 */
export function loadEmulated(): NativeFunctions {
  const server = start();
  const entries = Object.entries(signatures).map(([name, [result, parameters]]) => [
    name,
    (...args: readonly Argument[]) => call(server, name, result, parameters, args),
  ]);
  return Object.fromEntries(entries) as NativeFunctions;
}
