import { describe, expect, test } from "vitest";
import { checkCertificate } from "../../test/helpers/certificate.js";
import { randomSum } from "../../test/helpers/random-sums.js";
import type { FastMethod } from "./contract.js";
import { fastMethods } from "./methods.js";

/** Where each method is at home: dimension, on the sphere or not, largest |score|. */
const homes = {
  fourier: [[2, true, 1000]],
  harmonics: [[3, true, 30]],
  "gaussian-grid": [
    [1, false, 3],
    [2, false, 3],
  ],
  pruned: [
    [2, true, 1000],
    [3, false, 1000],
    [5, false, 1000],
  ],
} as const satisfies Record<FastMethod["name"], readonly (readonly [number, boolean, number])[]>;

const perHome = 100;

describe.each(fastMethods)("$name", (method) => {
  test.each(homes[method.name])("no certificate is violated: d = %i, sphere %s, scores to %i", (d, sphere, largest) => {
    let [plans, certified, worst] = [0, 0, 0];
    for (let run = 0; run < perHome; run++) {
      const check = checkCertificate(method, randomSum(run, d, sphere, largest));
      if (check === undefined) continue;
      plans++;
      certified += check.certified;
      worst = Math.max(worst, check.worst);
    }
    console.log(method.name, d, { plans, certified, worst });
    expect(worst).toBeLessThanOrEqual(1);
    // The claim is not empty: most sums are taken, and most of their 8 queries certified.
    expect(plans).toBeGreaterThan(perHome / 2);
    expect(certified).toBeGreaterThan(perHome);
  });
});
