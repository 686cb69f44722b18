/** What vitest's JSON reporter writes, as far as it is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly ancestorTitles: readonly string[] }[];
  }[];
}

export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Skipped suites that need a tool: tool → names of suites, each with its number of tests. */
  readonly without: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const need = /^\[needs ([\w-]+)\] /;

/** Counts a report. A file that failed without a failed test (it did not load) counts as one failure. */
export function summarise(report: VitestReport): TestSummary {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (status: string) => tests.filter((one) => one.status === status).length;
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((one) => one.status === "failed"),
  );
  const without = new Map<string, Map<string, number>>();
  for (const { status, ancestorTitles } of tests) {
    const title = ancestorTitles.find((one) => need.test(one));
    if (title === undefined || status === "passed" || status === "failed") continue;
    const tool = need.exec(title)![1]!;
    const suites = without.get(tool) ?? new Map<string, number>();
    const suite = title.replace(need, "");
    suites.set(suite, (suites.get(suite) ?? 0) + 1);
    without.set(tool, suites);
  }
  const passed = count("passed");
  const failed = count("failed") + broken.length;
  return { passed, failed, skipped: tests.length - passed - count("failed"), without };
}

/** The last line of a test run. */
export function lastLine({ passed, failed, skipped }: Omit<TestSummary, "without">): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
