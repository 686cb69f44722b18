import { describe, expect, test } from "vitest";
import { checkCertificate } from "../../test/helpers/certificate.js";
import { randomSum } from "../../test/helpers/random-sums.js";
import type { FastMethod } from "./contract.js";
import { fastMethods } from "./methods.js";

interface Home {
  readonly d: number;
  readonly sphere: boolean;
  /** Largest β. */
  readonly largest: number;
}

/** Where each method is at home: dimension, on the sphere or not, largest |score|. */
const homes: Record<FastMethod["name"], readonly Home[]> = {
  fourier: [{ d: 2, sphere: true, largest: 1000 }],
  harmonics: [{ d: 3, sphere: true, largest: 30 }],
  "exponential-grid": [
    { d: 1, sphere: false, largest: 3 },
    { d: 2, sphere: false, largest: 3 },
  ],
  pruned: [
    { d: 2, sphere: true, largest: 1000 },
    { d: 3, sphere: false, largest: 1000 },
    { d: 5, sphere: false, largest: 1000 },
  ],
};

const perHome = 100;

describe.each(fastMethods)("$name", (method) => {
  test.each(homes[method.name])(
    "no certificate is violated: d = $d, sphere $sphere, β to $largest",
    ({ d, sphere, largest }) => {
      let [plans, certified, worst] = [0, 0, 0];
      for (let run = 0; run < perHome; run++) {
        const check = checkCertificate(method, randomSum(run, d, sphere, largest));
        if (check === undefined) continue;
        plans++;
        certified += check.certified;
        worst = Math.max(worst, check.worst);
      }

      expect(worst).toBeLessThanOrEqual(1);
      // The claim is not empty: most sums are taken, and most of their 8 queries certified.
      expect(plans).toBeGreaterThan(perHome / 2);
      expect(certified).toBeGreaterThan(perHome);
    },
  );
});
