/** `npm run check`: everything that can be known without running the tests. Runs every step, fails if any failed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const module = (path: string) => join(root, "node_modules", path);
const tool = (name: string) => join(root, "tools/dist", `${name}.js`);

const steps: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ["catalogs", tool("write-catalogs"), "--check"],
  ["types", module("typescript/bin/tsc"), "-b", "packages/cli", "packages/kernels", "tools"],
  ["types of tests", module("typescript/bin/tsc"), "-p", "tsconfig.json"],
  ["lint and format", module("@biomejs/biome/bin/biome"), "check", "--error-on-warnings"],
  ["schema", tool("write-schema"), "--check"],
  ["support table", tool("write-support-table"), "--check"],
  ["measured tables", tool("write-bench-docs"), "--check"],
  ["layers", tool("check-layers")],
  ["sizes", tool("check-sizes")],
  ["docs", tool("check-docs")],
];

const failed: string[] = [];
for (const [name, ...command] of steps) {
  const start = performance.now();
  const done = spawnSync(process.execPath, command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${done.status === 0 ? "ok    " : "FAILED"}  ${name}  ${seconds} s`);
  if (done.status === 0) continue;
  failed.push(name);
  console.log(`${done.stdout}${done.stderr}`.trimEnd());
}
console.log(failed.length === 0 ? `check: all ${steps.length} steps ok` : `check: failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
