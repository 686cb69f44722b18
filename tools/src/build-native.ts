/**
 * `npm run build:native`: compiles packages/kernels/native into one shared library with every instruction set, and says
 * what it needs when there is no compiler (which is no failure: the backend is optional). CC names another compiler;
 * `-- --target linux-arm64` compiles for another machine than this one, by CC or by a compiler that Debian has for it.
 */
import { parseArgs } from "node:util";
import { compileNative } from "./compile-native.js";
import { findCompiler, nativeTarget, targetNames, thisTarget } from "./native-target.js";

const { target: named } = parseArgs({ options: { target: { type: "string" } } }).values;
const target = nativeTarget(named ?? thisTarget);
const compiler = targetNames.includes(target.name) ? findCompiler(target) : undefined;
if (compiler !== undefined) {
  const library = compileNative(target, compiler);
  console.log(`build:native: ${library}, by ${[compiler.command, ...compiler.args].join(" ")}`);
} else if (!targetNames.includes(target.name)) {
  console.error(`build:native: --target must be one of ${targetNames.join(", ")}, got ${named}`);
  process.exitCode = 2;
} else if (named !== undefined) {
  console.error(`build:native: no compiler for ${target.name}: name one by CC, or see tools/setup-debian`);
  process.exitCode = 1;
} else {
  const advice =
    target.platform === "win32" ? "CC must name a clang for MinGW on Windows" : "install clang (best) or gcc";
  console.log(`build:native: no native backend: ${advice}. Everything works without it.`);
}
