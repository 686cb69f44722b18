import { describe, expect, test } from "vitest";
import { checkMany } from "../../test/helpers/certificate.js";
import { homes } from "../../test/helpers/homes.js";
import { fastMethods } from "./methods.js";

describe.each(fastMethods)("$name", (method) => {
  test.each(homes[method.name])("no certificate is violated: d = $d, sphere $sphere, β to $largest", (home) => {
    const { plans, certified, worst } = checkMany(method, home, home.short);
    expect(worst).toBeLessThanOrEqual(1);
    // The claim is not empty: half of the sums are taken, and an eighth of their queries certified.
    expect(plans).toBeGreaterThanOrEqual(home.short / 2);
    expect(certified).toBeGreaterThanOrEqual(home.short / 2);
  });
});
