/** Why a call is left to the reference: ends of a sentence. */
export const declined = {
  incomplete: "it is no kernel of this backend, or lacks what its weight needs",
  mask: "the keys that a query sees must form an interval, and their log weights fade at one rate",
  blind: "a query sees no key",
  rangeOrBlind: "a number is not finite or out of the range of the sums, or a query sees no key of positive weight",
  range: "a number is not finite or out of the range of the sums",
  potentials: "dual potentials are not for batches",
  memory: "the memory would not grow",
} as const;

/** One of the reasons. */
export type Declined = (typeof declined)[keyof typeof declined];
