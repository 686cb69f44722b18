/**
 * Compiles the kernels: AssemblyScript sources of this folder and what its generators write, for f32 and f64, with fused
 * multiply-add (relaxed SIMD) and without, into src/wasm/binaries.ts. Does nothing when no input has changed.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Where each module keeps its tables, so that both can share one memory. */
const memoryBase = { f64: 1024, f32: 12288 };
const folder = import.meta.dirname;
const target = join(folder, "../src/wasm/binaries.ts");
/** 2 GiB, more than any call needs; the memory grows up to it. */
const maximumPages = 32768;

function digestOfInputs() {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  const { version } = createRequire(import.meta.url)("assemblyscript/package.json");
  return hash.update(version).digest("hex");
}

const read = (name) => readFileSync(join(folder, `${name}.as`), "utf8");

async function sourceOf(real, simd) {
  const { preludeOf } = await import("./precision.mjs");
  const { microkernelsOf } = await import("./microkernels.mjs");
  const generated = preludeOf(real, simd) + microkernelsOf(real);
  const parts = [
    "job",
    "transpose",
    "attend",
    "prepare",
    "measure",
    ...(real === "f64" ? ["multiply", "normals", "rows"] : []),
  ];
  return [generated, ...parts.map(read)].join("\n");
}

async function compile(asc, source, real) {
  let binary;
  const complaints = [];
  const options = [
    "-O3",
    "--runtime",
    "stub",
    "--noAssert",
    "--importMemory",
    "--noExportMemory",
    "--initialMemory",
    "1",
  ];
  const memory = ["--maximumMemory", String(maximumPages), "--memoryBase", String(memoryBase[real])];
  const features = ["--enable", "simd", "--enable", "relaxed-simd", "--enable", "bulk-memory"];
  const { error } = await asc.main(
    ["kernel.ts", "--outFile", "kernel.wasm", ...options, ...memory, ...features, "--use", "abort="],
    {
      readFile: (name) => (name === "kernel.ts" ? source : null),
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
      stdout: { write: () => true },
      stderr: { write: (text) => complaints.push(text) },
    },
  );
  if (error) throw new Error(`${error.message}\n${complaints.join("")}`);
  return binary;
}

/** Where the flags of the memory import stand: the byte that says whether the memory is shared. */
function memoryFlagsAt(binary) {
  const name = [...new TextEncoder().encode("memory")];
  for (let i = 8; i < binary.length; i++) {
    if (name.every((byte, k) => binary[i + k] === byte) && binary[i + name.length] === 2) return i + name.length + 1;
  }
  throw new Error("the module imports no memory");
}

async function main() {
  const digest = digestOfInputs();
  if (existsSync(target) && readFileSync(target, "utf8").includes(digest)) return;
  const { default: asc } = await import("assemblyscript/asc");
  const entries = [];
  for (const real of ["f32", "f64"]) {
    for (const simd of ["plain", "relaxed"]) {
      const source = await sourceOf(real, simd);
      if (process.env.MEANFIELD_KEEP_KERNEL)
        writeFileSync(`${process.env.MEANFIELD_KEEP_KERNEL}-${real}-${simd}.ts`, source);
      const binary = await compile(asc, source, real);
      const text = Buffer.from(binary).toString("base64");
      entries.push(`  "${real}-${simd}": { memoryFlagsAt: ${memoryFlagsAt(binary)}, base64: "${text}" },`);
    }
  }
  const lines = [
    `// Written by packages/kernels/assembly/build.mjs from inputs of digest ${digest}.`,
    "/** The compiled kernels, and where the flags of their memory import stand. */",
    "export const binaries = {",
    ...entries,
    "} as const;",
    `/** The most memory the modules take. */\nexport const maximumPages = ${maximumPages};\n`,
  ];
  writeFileSync(target, lines.join("\n"));
}

await main();
