import { spawnSync } from "node:child_process";
import { nativeLibraryPath } from "@meanfield/kernels/native";
import { isFresh } from "./native-library.js";
import { type Compiler, findCompiler, nativeTarget, thisTarget } from "./native-target.js";

/** The processor that is emulated, and how programs for it are made and run here. */
export interface Emulator {
  readonly compiler: Compiler;
  /** What stands before a program's own command line; nothing on the processor itself. */
  readonly command: readonly string[];
}

const target = nativeTarget("linux-arm64");
/** Debian's libraries of the processor, for qemu-user. */
const sysroot = "/usr/aarch64-linux-gnu";

/** How 64-bit ARM is run here; undefined where the emulator or the compiler for it is absent. */
export function emulator(): Emulator | undefined {
  const command = thisTarget === target.name ? [] : ["qemu-aarch64", "-L", sysroot];
  if (command.length > 0 && spawnSync("qemu-aarch64", ["--version"], { stdio: "ignore" }).status !== 0)
    return undefined;
  const compiler = findCompiler(target);
  return compiler === undefined ? undefined : { compiler, command };
}

/** Where the library of that processor lies. */
export const emulatedLibrary = (): string => nativeLibraryPath(target.platform, target.arch);

/** Path of that library if it can be run here and was built of the sources as they are; undefined otherwise. */
export function runnableLibrary(): string | undefined {
  return isFresh(emulatedLibrary()) && emulator() !== undefined ? emulatedLibrary() : undefined;
}
