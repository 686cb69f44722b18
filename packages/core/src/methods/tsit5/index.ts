import { z } from "zod";
import type { MethodPlugin } from "../../solve/method.js";
import { createTsit5 } from "../shared/tsit5.js";

/** Tsitouras' pair of orders 5 and 4 with a fourth-order dense output; the default for particles. */
export const tsit5: MethodPlugin<Record<string, never>> = {
  name: "tsit5",
  doc: "Tsitouras 5(4), adaptive, six evaluations a step, dense output.",
  source: "Tsitouras, Computers and Mathematics with Applications 62 (2011) 770–775",
  traits: { componentwise: true },
  params: z.strictObject({}),
  bind: createTsit5,
};
