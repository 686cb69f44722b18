import { join } from "node:path";
import { beforeAll, describe, test } from "vitest";
import { needs } from "../../../test/needs.js";
import { temporaryFolder } from "./command.js";
import { damaged, diskFull, driverKilled, terminated, twoDrivers, workerKilled } from "./sweep-accidents.js";
import { undisturbed } from "./sweeps.js";

const folder = join(temporaryFolder(), "crash");
let whole: Record<string, string> = {};
beforeAll(async () => {
  whole = await undisturbed(folder);
});

// One repetition each; sweep-crash.long.test.ts has twenty at changing moments.
describe("after an accident the same command ends with every cell done once, bytes as undisturbed", () => {
  test.each(Object.entries({ workerKilled, driverKilled, terminated, damaged, twoDrivers }))("%s", (out, happen) =>
    happen({ folder, whole, out, after: 7 }),
  );
});

needs("tmpfs").suite("a full disk", () => {
  test("diskFull", () => diskFull({ folder, whole, out: "diskFull", after: 0 }));
});
