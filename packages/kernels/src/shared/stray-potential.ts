import type { KernelDescription } from "@meanfield/core/foundation/backend";

/** Whether a dual potential stands beside weights that are not exponentials of scores: the reference refuses it. */
export const hasStrayPotential = ({ weight, heads }: KernelDescription): boolean =>
  (weight === "sigmoid" || weight === "linear") && heads.some(({ keyPotential }) => keyPotential !== undefined);
