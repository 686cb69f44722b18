import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadLapack } from "@meanfield/kernels/lapack";
import { runnableLibrary } from "./emulator.js";
import { builtLibrary } from "./native-library.js";

/** Tools of the machine that some suites need. */
export type Tool = "arm64" | "chromium" | "duckdb" | "h5wasm" | "lapack" | "native" | "numpy" | "tmpfs";

function numpy(): string | undefined {
  const hasNumpy = (python: string) => spawnSync(python, ["-c", "import numpy"], { stdio: "ignore" }).status === 0;
  return ["python3", "/usr/bin/python3"].find(hasNumpy);
}

function chromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  const candidates = named === undefined || named === "" ? ["/usr/bin/chromium"] : [named];
  return candidates.find((path) => existsSync(path));
}

function lapack(): string | undefined {
  try {
    return loadLapack().name;
  } catch {
    return undefined;
  }
}

/** A small disk of one's own: what a full disk does is seen nowhere else. */
function tmpfs(): string | undefined {
  const mount = ["-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"];
  return spawnSync("unshare", mount, { stdio: "ignore" }).status === 0 ? "unshare" : undefined;
}

/** An optional package, by where it lies. */
function installed(name: string): string | undefined {
  const folder = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** Packages that users install themselves when they want them: suites without them are named, and never an error. */
export const optionalPeers: ReadonlySet<string> = new Set<Tool>(["duckdb", "h5wasm"]);

/** How a missing tool is come by, for messages. */
export const remedy: Readonly<Record<Tool, string>> = {
  arm64:
    "install qemu-user, a cross compiler and its libraries (sh tools/setup-debian), then npm run build:native -- --target linux-arm64",
  chromium: "install Debian's chromium, or name one with CHROMIUM=/path",
  duckdb: "npm install --no-save @duckdb/node-api (an optional peer of the command, 70 MB)",
  h5wasm: "npm install --no-save h5wasm (an optional peer of the command)",
  lapack: "run npm install (for koffi), and install libopenblas0 or another LAPACK",
  native: "run npm run build:native (needs clang or gcc, and npm install for koffi)",
  numpy: "install python3-numpy, so that python3 or /usr/bin/python3 imports numpy",
  tmpfs: "run on Linux where unshare -rm may mount a tmpfs",
};

const find: Readonly<Record<Tool, () => string | undefined>> = {
  arm64: runnableLibrary,
  chromium,
  duckdb: () => installed("@duckdb/node-api"),
  h5wasm: () => installed("h5wasm"),
  lapack,
  native: builtLibrary,
  numpy,
  tmpfs,
};

/** Command of the tool (a Python that has NumPy, a Chromium, unshare) or name of the library; undefined where there is none. */
export function findTool(tool: Tool): string | undefined {
  return find[tool]();
}
