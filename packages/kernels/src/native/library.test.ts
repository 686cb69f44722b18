import { InputError } from "@meanfield/core/foundation/errors";
import { expect, test } from "vitest";
import { loadNative } from "./library.js";

const libc: Readonly<Record<string, string>> = {
  linux: "/lib/x86_64-linux-gnu/libc.so.6",
  darwin: "/usr/lib/libSystem.dylib",
};

test.each([
  ["absent", "/no/such/library.so"],
  ["no library", import.meta.filename],
  ["another library", libc[process.platform] ?? process.execPath],
])("a file that is %s is refused, with what to run", (_name, path) => {
  expect(() => loadNative(path)).toThrow(InputError);
  expect(() => loadNative(path)).toThrow(/^openNative: .*npm run build:native/s);
});
