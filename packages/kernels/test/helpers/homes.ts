import type { FastMethod } from "../../src/fast-sums/contract.js";

/** A kind of sums to test a method on, and how many. */
export interface Home {
  readonly d: number;
  readonly sphere: boolean;
  /** Largest β. */
  readonly largest: number;
  /** Sums in `npm test`, and in `npm run test:long`. */
  readonly short: number;
  readonly long: number;
}

/** Where each method is at home; 10,500 sums in the long suite. */
export const homes: Record<FastMethod["name"], readonly Home[]> = {
  fourier: [{ d: 2, sphere: true, largest: 1000, short: 100, long: 4000 }],
  harmonics: [
    { d: 3, sphere: true, largest: 30, short: 40, long: 2000 },
    { d: 3, sphere: true, largest: 200, short: 2, long: 100 },
  ],
  "exponential-grid": [
    { d: 1, sphere: false, largest: 3, short: 60, long: 1000 },
    { d: 2, sphere: false, largest: 3, short: 60, long: 1000 },
    { d: 3, sphere: true, largest: 2, short: 10, long: 200 },
  ],
  pruned: [
    { d: 2, sphere: true, largest: 1000, short: 40, long: 800 },
    { d: 3, sphere: false, largest: 1000, short: 40, long: 800 },
    { d: 5, sphere: false, largest: 1000, short: 40, long: 600 },
  ],
};
