import { expect, test } from "vitest";
import { disagreements } from "./helpers/regime-agreement.js";
import { drawSystems } from "./helpers/regime-strata.js";

test("72 random V = vI systems over 24 strata: theorem and integrated flow say the same", () => {
  const systems = drawSystems(72);
  const { exceptions, undecided } = disagreements(systems);
  expect(exceptions).toEqual([]);
  expect(undecided).toBeLessThanOrEqual(1);
});
