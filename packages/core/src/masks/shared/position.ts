import { z } from "zod";

/**
 * Positions are multiples of 1/n, rounded: a distance between two of them that equals a bound mathematically may come
 * out some 1e-16 above it. Bounds on positions are met up to this much; contexts stay far shorter than its inverse.
 */
export const positionSlack = 1e-12;

/** A length along the context, which is [0, 1]. */
export const contextLength = (symbol: string, doc: string) =>
  z
    .number()
    .positive()
    .max(1)
    .meta({ symbol, unit: "1", doc, slider: [0, 1, 0.01] });
