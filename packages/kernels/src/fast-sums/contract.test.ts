import { describe, expect, test } from "vitest";
import { checkMany } from "../../test/helpers/certificate.js";
import { homes } from "../../test/helpers/homes.js";
import { checkMagnitudes } from "../../test/helpers/magnitudes.js";
import { fastMethods } from "./methods.js";

describe.each(fastMethods)("$name", (method) => {
  test.each(homes[method.name])("no certificate is violated: d = $d, sphere $sphere, β to $largest", (home) => {
    const { plans, certified, worst } = checkMany(method, home, home.short);
    expect(worst).toBeLessThanOrEqual(1);
    // The claim is not empty: half of the sums are taken, and an eighth of their queries certified.
    expect(plans).toBeGreaterThanOrEqual(home.short / 2);
    expect(certified).toBeGreaterThanOrEqual(home.short / 2);
  });

  test.each(homes[method.name])(
    "nor by values, points and weights from 1e-300 to 1e150: d = $d, sphere $sphere",
    (home) => {
      const checks = Array.from({ length: 2 * home.short }, (_, run) => checkMagnitudes(method, home, run));
      expect(Math.max(...checks.map(({ worst }) => worst))).toBeLessThanOrEqual(1);
      // Not empty: the rest is declined, as points beyond 1e±100 are, or too large for float64.
      expect(checks.filter(({ certified }) => certified).length).toBeGreaterThanOrEqual(home.short);
    },
  );
});
