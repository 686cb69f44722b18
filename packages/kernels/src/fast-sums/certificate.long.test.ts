import { describe, expect, test } from "vitest";
import { checkMany } from "../../test/helpers/certificate.js";
import { homes } from "../../test/helpers/homes.js";
import { fastMethods } from "./methods.js";

describe.each(fastMethods)("$name, at length", (method) => {
  test.each(homes[method.name])("no certificate is violated: d = $d, sphere $sphere, β to $largest", (home) => {
    const { plans, certified, worst } = checkMany(method, home, home.long);
    expect(worst).toBeLessThanOrEqual(1);
    // As in contract.test.ts: the claim must not be empty.
    expect(plans).toBeGreaterThanOrEqual(home.long / 2);
    expect(certified).toBeGreaterThanOrEqual(home.long / 2);
  });
});
