import { needs } from "../../../../test/needs.js";
import { findTool } from "../../../../tools/src/find-tool.js";
import {
  type Instructions,
  type NativeBackend,
  type NativeOptions,
  type NativeOutcome,
  openNative,
} from "../../src/native/index.js";
import type { NativeFunctions } from "../../src/native/library.js";
import { openLibrary } from "../../src/native/open-native.js";
import { loadEmulated } from "../emulator/emulated-library.js";

/** A processor that the native library runs on. */
export interface Machine {
  readonly name: string;
  /** Its instruction sets. */
  readonly instructionSets: readonly Instructions[];
  tryOpen(options: NativeOptions): NativeOutcome;
  /** @throws Error with the message of what is not available */
  open(options: NativeOptions): NativeBackend;
}

function machine(name: string, among: readonly Instructions[], tryOpen: Machine["tryOpen"]): Machine {
  return {
    name,
    instructionSets: among,
    tryOpen,
    open(options) {
      const outcome = tryOpen(options);
      if ("unavailable" in outcome) throw new Error(outcome.unavailable.message);
      return outcome.backend;
    },
  };
}

function thisMachine(): Machine {
  const all: Instructions[] = ["avx512", "avx2", "scalar", "neon"];
  const available = all.filter((instructions) => {
    const outcome = openNative({ instructions });
    if ("backend" in outcome) outcome.backend.close();
    return "backend" in outcome;
  });
  return machine("this machine", available, openNative);
}

/** Started when it is first asked for something; without instruction sets where it is absent, as this machine is then. */
function emulatedMachine(): Machine {
  let library: NativeFunctions | undefined;
  const instructionSets: Instructions[] = findTool("arm64") === undefined ? [] : ["neon"];
  return machine("emulated ARM", instructionSets, (options) => {
    library ??= loadEmulated();
    return openLibrary(library, options);
  });
}

/** Suites of the native backend: on this machine, and the same on an emulated 64-bit ARM. */
export const everyMachine = {
  suite(name: string, body: (machine: Machine) => void): void {
    needs("native").suite(name, () => body(thisMachine()));
    needs("arm64").suite(`${name}, on emulated ARM`, () => body(emulatedMachine()));
  },
};
