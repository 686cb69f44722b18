import type { DistanceTraits } from "../contract.js";

/** The traits of a metric that compares laws of every kind. */
export const metricOnAllLaws: DistanceTraits = {
  between: ["cloud-cloud", "cloud-gaussian", "gaussian-gaussian"],
  triangle: true,
  bounded: false,
  positions: false,
};
