/**
 * `npm run build:native`: compiles packages/kernels/native into one shared library with every instruction set, and says
 * what it needs when there is no compiler (which is no failure: the backend is optional). CC names another compiler.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { nativeLibraryPath } from "@meanfield/kernels/native";
import { nativeFolder, nativeSources, recordPath, sourcesHash } from "./native-library.js";

interface InstructionSet {
  readonly name: string;
  readonly flags: readonly string[];
}

/** Sources that are compiled once for each instruction set. */
const perInstructionSet = new Set(["variant.c", "normals.c", "combine.c", "rows.c"]);

const scalar: InstructionSet = { name: "scalar", flags: ["-DVECTOR_BYTES=16"] };
const x86: readonly InstructionSet[] = [
  {
    name: "avx512",
    flags: ["-DVECTOR_BYTES=64", ..."-mavx512f -mavx512dq -mavx512vl -mavx512bw -mavx2 -mfma".split(" ")],
  },
  { name: "avx2", flags: ["-DVECTOR_BYTES=32", "-mavx2", "-mfma"] },
  scalar,
];
const instructionSets = process.arch === "x64" ? x86 : [scalar];

const common = ["-std=gnu11", "-O3", "-Wall", "-Wextra", "-fPIC", "-fno-math-errno", "-fvisibility=default"];

function compiler(): string | undefined {
  const named = process.env["CC"];
  const candidates = named === undefined || named === "" ? ["clang", "gcc", "cc"] : [named];
  return candidates.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: nativeFolder, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

/** Every object file with the arguments that make it. */
function objects(): [object: string, args: readonly string[]][] {
  const arch = process.arch === "x64" ? ["-DMEANFIELD_X86"] : [];
  const exact = [...common, ...arch, "-ffp-contract=off"];
  const fused = [...common, ...arch, "-ffp-contract=fast"];
  const plain = nativeSources().filter((name) => name.endsWith(".c") && !perInstructionSet.has(name));
  const variants = instructionSets.flatMap(({ name, flags }): [string, readonly string[]][] => [
    [`f64-${name}.o`, [...fused, `-DVARIANT=f64_${name}`, ...flags, "-c", "variant.c"]],
    [`f32-${name}.o`, [...fused, "-DMEANFIELD_F32", `-DVARIANT=f32_${name}`, ...flags, "-c", "variant.c"]],
    // The stream's bits: products and sums must not be contracted.
    [`normals-${name}.o`, [...exact, `-DVARIANT=${name}`, ...flags, "-c", "normals.c"]],
    // The bits of the methods' own loops.
    [`combine-${name}.o`, [...exact, `-DVARIANT=${name}`, ...flags, "-c", "combine.c"]],
    [`rows-${name}.o`, [...exact, `-DVARIANT=${name}`, ...flags, "-c", "rows.c"]],
  ]);
  return [...plain.map((name): [string, readonly string[]] => [`${name}.o`, [...exact, "-c", name]]), ...variants];
}

function build(command: string): void {
  const library = nativeLibraryPath();
  mkdirSync(dirname(library), { recursive: true });
  const folder = mkdtempSync(join(dirname(library), "objects-"));
  try {
    const made = objects().map(([name, args]) => {
      const object = join(folder, name);
      run(command, [...args, "-o", object]);
      return object;
    });
    const linked = join(folder, "library");
    run(command, ["-shared", "-o", linked, ...made, "-lm", "-lpthread"]);
    // Renamed into place: a process that has the old library loaded keeps it.
    renameSync(linked, library);
    writeFileSync(recordPath(), `${JSON.stringify({ compiler: command, sources: sourcesHash() })}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`build:native: ${library}, by ${command}`);
}

const found = process.platform === "win32" ? undefined : compiler();
if (found === undefined) {
  const advice = process.platform === "win32" ? "not built on Windows" : "install clang (best) or gcc";
  console.log(`build:native: no native backend: ${advice}. Everything works without it.`);
} else {
  build(found);
}
