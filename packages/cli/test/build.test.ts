import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "./command.js";

/** The tests here drive the built command: a stale build would test yesterday's sources. */
function newest(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return newest(path);
    return /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? statSync(path).mtimeMs : 0;
  });
  return Math.max(0, ...times);
}

test.each(["core", "networks", "results", "figures", "cli"])("dist of packages/%s is as new as its sources", (name) => {
  const folder = join(repository, "packages", name);
  const built = statSync(join(folder, "dist/.tsbuildinfo"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  expect(
    built,
    `packages/${name}/dist is older than src: run npm run build, then the tests again`,
  ).toBeGreaterThanOrEqual(newest(join(folder, "src")));
});
