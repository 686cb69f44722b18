import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cacheFolder, keptNumbers } from "./kept-numbers.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "meanfield-kept-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const never = (): number => {
  throw new Error("measured again");
};

test("a number is measured once, for this process and those after it, to the last digit", () => {
  const value = 0.1 + 0.2;
  expect(keptNumbers(folder)("native avx512 f64 pair 3", () => value)).toBe(value);
  expect(keptNumbers(folder)("native avx512 f64 pair 3", never)).toBe(value);
  expect(keptNumbers(folder)("native avx512 f64 pair 4", () => 2)).toBe(2);
  expect(readdirSync(folder).sort()).toEqual(["native-avx512-f64-pair-3", "native-avx512-f64-pair-4"]);
});

test("of two that measure at once both take what the first has kept", () => {
  const [one, other] = [keptNumbers(folder), keptNumbers(folder)];
  const inner: number[] = [];
  const outer = one("raced", () => {
    inner.push(other("raced", () => 5));
    return 7;
  });
  expect([outer, ...inner]).toEqual([5, 5]);
});

test("a damaged file is measured around, and a folder that cannot be made keeps nothing", () => {
  writeFileSync(join(folder, "damaged"), "not a number");
  expect(keptNumbers(folder)("damaged", () => 3)).toBe(3);
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  chmodSync(file, 0o400);
  expect(keptNumbers(join(file, "below"))("any", () => 4)).toBe(4);
});

test("the folder is named by the environment, the version and the processor", () => {
  expect(cacheFolder({ MEANFIELD_CACHE: "/elsewhere" })).toMatch(/^\/elsewhere\/\d+\.\d+\.\d+\/[\w.-]+$/);
  expect(cacheFolder({ XDG_CACHE_HOME: "/cache" })).toMatch(/^\/cache\/meanfield\//);
});
