import { z } from "zod";

/** The p of W_p. */
export const transportOrder = z
  .union([z.literal(1), z.literal(2)])
  .default(2)
  .meta({ symbol: "p", unit: "1", doc: "the cost is the distance to this power" });
