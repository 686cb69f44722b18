import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface InstructionSet {
  readonly name: string;
  readonly flags: readonly string[];
}

/** A platform and a processor, by Node's names for both. */
export interface NativeTarget {
  readonly name: string;
  readonly platform: string;
  readonly arch: string;
}

/** A compiler with the arguments that make it compile, and link, for a target. */
export interface Compiler {
  readonly command: string;
  readonly args: readonly string[];
  readonly linkArgs: readonly string[];
}

const plain = (name: string): InstructionSet => ({ name, flags: ["-DVECTOR_BYTES=16"] });
const setsOf: Readonly<Record<string, readonly InstructionSet[]>> = {
  x64: [
    {
      name: "avx512",
      flags: ["-DVECTOR_BYTES=64", ..."-mavx512f -mavx512dq -mavx512vl -mavx512bw -mavx2 -mfma".split(" ")],
    },
    { name: "avx2", flags: ["-DVECTOR_BYTES=32", "-mavx2", "-mfma"] },
    plain("scalar"),
  ],
  // Every 64-bit ARM has NEON, so the compiler's plain code is written for it.
  arm64: [plain("neon")],
};

/** What the kernels are compiled for, best first: native/context.c chooses among the same names. */
export const instructionSetsOf = ({ arch }: NativeTarget): readonly InstructionSet[] =>
  setsOf[arch] ?? [plain("scalar")];

const byName = (command: string): Compiler => ({ command, args: [], linkArgs: [] });

/** This machine. */
export const thisTarget = `${process.platform}-${process.arch}`;

/** The targets that the sources are written for: compilers that Debian has for other machines than this one, best first. */
const crossCompilers: Readonly<Record<string, readonly Compiler[]>> = {
  "linux-x64": [byName("x86_64-linux-gnu-gcc")],
  "linux-arm64": [
    { command: "clang", args: ["--target=aarch64-linux-gnu"], linkArgs: ["-fuse-ld=lld"] },
    { command: "clang", args: ["--target=aarch64-linux-gnu"], linkArgs: [] },
    byName("aarch64-linux-gnu-gcc"),
  ],
  "darwin-x64": [],
  "darwin-arm64": [],
  // Clang with the headers of MinGW, by CC: gcc leaves wide vectors on the stack where Windows does not align them.
  "win32-x64": [],
};

/** Names that `--target` may have. */
export const targetNames: readonly string[] = [...new Set([thisTarget, ...Object.keys(crossCompilers)])];

/** The target of one of these names. */
export function nativeTarget(name: string): NativeTarget {
  const [platform, arch] = name.split("-") as [string, string];
  return { name, platform, arch };
}

/** What every object is compiled with, and every library linked with, on a platform. */
export function platformFlags({ platform }: NativeTarget): Pick<Compiler, "args" | "linkArgs"> {
  const windows = platform === "win32";
  return { args: windows ? [] : ["-fPIC"], linkArgs: ["-shared", "-lm", ...(windows ? [] : ["-lpthread"])] };
}

/** Whether it makes a shared library: a cross compiler may lack the target's headers, libraries or linker. */
function compiles({ command, args, linkArgs }: Compiler, target: NativeTarget): boolean {
  const folder = mkdtempSync(join(tmpdir(), "meanfield-compiler-"));
  try {
    const flags = platformFlags(target);
    const all = [...args, ...flags.args, "-x", "c", "-", "-o", join(folder, "library"), ...linkArgs, ...flags.linkArgs];
    const input = "#include <math.h>\n#include <stdlib.h>\ndouble root(double x) { return sqrt(x); }\n";
    return spawnSync(command, all, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The compiler for a target, CC before all others; undefined where none makes a library. */
export function findCompiler(target: NativeTarget): Compiler | undefined {
  const named = process.env["CC"];
  const own = target.name === thisTarget && target.platform !== "win32";
  const known = own ? ["clang", "gcc", "cc"].map(byName) : (crossCompilers[target.name] ?? []);
  const candidates = named === undefined || named === "" ? known : [byName(named)];
  return candidates.find((compiler) => compiles(compiler, target));
}
