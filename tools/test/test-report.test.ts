import { expect, test } from "vitest";
import { lastLine, summarise } from "../src/test-report.js";

const assertion = (status: string, ...ancestorTitles: string[]) => ({ status, ancestorTitles });
const file = (status: string, ...assertionResults: ReturnType<typeof assertion>[]) => ({
  name: "a",
  status,
  assertionResults,
});

test("counts tests, and a file that did not load as one failure", () => {
  const report = {
    testResults: [
      file("passed", assertion("passed"), assertion("skipped")),
      file("failed", assertion("failed")),
      file("failed"),
    ],
  };
  expect(summarise(report)).toMatchObject({ passed: 1, failed: 2, skipped: 1 });
});

test("names the skipped suites that need a tool", () => {
  const report = {
    testResults: [
      file(
        "passed",
        assertion("skipped", "[needs numpy] the reader", "inner"),
        assertion("skipped", "[needs numpy] the reader"),
      ),
      file("passed", assertion("passed", "[needs chromium] the page"), assertion("skipped", "other")),
    ],
  };
  expect(summarise(report).without).toEqual(new Map([["numpy", new Map([["the reader", 2]])]]));
});

test("the last line leaves out what is zero, but never a failure count", () => {
  expect(lastLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
  expect(lastLine({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
});
