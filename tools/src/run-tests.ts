/**
 * Runs vitest once, names the suites that were not run because a tool is absent (an error when CI=true), and ends with
 * the line `N passed, N failed`. Arguments go to vitest.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTool, optionalPeers, remedy, type Tool } from "./find-tool.js";
import { lastLine, summarise, type TestSummary, type VitestReport } from "./test-report.js";

const root = join(import.meta.dirname, "../..");

function runVitest(): { readonly status: number; readonly report: VitestReport | undefined } {
  const folder = mkdtempSync(join(tmpdir(), "meanfield-tests-"));
  try {
    const output = join(folder, "report.json");
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
    const done = spawnSync(process.execPath, [vitest, "run", ...reporters, ...process.argv.slice(2)], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const report = existsSync(output) ? (JSON.parse(readFileSync(output, "utf8")) as VitestReport) : undefined;
    return { status: done.status ?? 1, report };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names the suites that had no tool; returns whether there were any but those of optional packages. */
function reportAbsent(without: TestSummary["without"]): boolean {
  const absent = [...without].filter(([tool]) => !(tool in remedy) || findTool(tool as Tool) === undefined);
  for (const [tool, suites] of absent) {
    console.log(`not run, because ${tool} is absent (${remedy[tool as Tool] ?? "see test/needs.ts"}):`);
    for (const [suite, tests] of suites) console.log(`  ${suite} (${tests} ${tests === 1 ? "test" : "tests"})`);
  }
  return absent.some(([tool]) => !optionalPeers.has(tool));
}

const { status, report } = runVitest();
const summary = report === undefined ? { passed: 0, failed: 0, skipped: 0, without: new Map() } : summarise(report);
const unexplained = status !== 0 && summary.failed === 0;
if (unexplained) console.log(`vitest ended with ${status} although no test failed; that counts as one failure`);
const absent = reportAbsent(summary.without);
const refused = absent && process.env["CI"] === "true";
if (refused) console.log("CI=true: every suite has to run");
console.log(lastLine({ ...summary, failed: summary.failed + (unexplained ? 1 : 0) }));
process.exitCode = status !== 0 || summary.failed > 0 || refused ? 1 : 0;
