import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  libraryHash,
  nativeFolder,
  nativeLibraryPath,
  nativeSources,
  recordPath,
  sourcesHash,
} from "@meanfield/kernels/native";
import { type Compiler, instructionSetsOf, type NativeTarget, platformFlags } from "./native-target.js";

/** Sources that are compiled once for each instruction set. */
const perInstructionSet = new Set(["variant.c", "normals.c", "combine.c", "rows.c"]);

const common = ["-std=gnu11", "-O3", "-Wall", "-Wextra", "-fno-math-errno", "-fvisibility=default"];

function run({ command, args }: Compiler, more: readonly string[]): void {
  const all = [...args, ...more];
  const { status } = spawnSync(command, all, { cwd: nativeFolder, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${all.join(" ")} ended with ${status}`);
}

/** Every object file with the arguments that make it. */
function objects(target: NativeTarget): [object: string, args: readonly string[]][] {
  const everywhere = [...common, ...platformFlags(target).args];
  const exact = [...everywhere, "-ffp-contract=off"];
  const fused = [...everywhere, "-ffp-contract=fast"];
  const plain = nativeSources().filter((name) => name.endsWith(".c") && !perInstructionSet.has(name));
  const variants = instructionSetsOf(target).flatMap(({ name, flags }): [string, readonly string[]][] => [
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

/** Compiles the library of a target, with every instruction set, and returns its path. @throws Error of the compiler */
export function compileNative(target: NativeTarget, compiler: Compiler): string {
  const library = nativeLibraryPath(target.platform, target.arch);
  mkdirSync(dirname(library), { recursive: true });
  const folder = mkdtempSync(join(dirname(library), "objects-"));
  try {
    const made = objects(target).map(([name, args]) => {
      const object = join(folder, name);
      run(compiler, [...args, "-o", object]);
      return object;
    });
    const linked = join(folder, basename(library));
    run(compiler, ["-o", linked, ...made, ...compiler.linkArgs, ...platformFlags(target).linkArgs]);
    const record = { compiler: compiler.command, sources: sourcesHash(), library: libraryHash(linked) };
    // Renamed into place: a process that has the old library loaded keeps it.
    renameSync(linked, library);
    writeFileSync(recordPath(library), `${JSON.stringify(record)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return library;
}
