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

/** Twenty moments, spread over the sweep: at its first chunk, and up to near its end. */
const moments = Array.from({ length: 20 }, (_, k) => 1 + Math.round((k / 19) * 109));

describe.each(Object.entries({ workerKilled, driverKilled, terminated, damaged, twoDrivers }))("%s", (name, happen) => {
  test.each(moments)("after %i chunks", (after) => happen({ folder, whole, out: `${name}-${after}`, after }));
});

needs("tmpfs").suite("a full disk", () => {
  test.each(moments.map((_, k) => k))("repetition %i", (k) => diskFull({ folder, whole, out: `disk-${k}`, after: 0 }));
});
