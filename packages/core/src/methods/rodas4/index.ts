import { z } from "zod";
import type { MethodPlugin } from "../../solve/method.js";
import { createRodas4 } from "../shared/rodas4.js";

/** RODAS, a Rosenbrock method of orders 4(3) for stiff problems. */
export const rodas4: MethodPlugin<Record<string, never>> = {
  name: "rodas4",
  doc: "Rosenbrock method of orders 4(3) for stiff problems, adaptive, L-stable, Jacobian by finite differences.",
  source: "Hairer, Wanner, Solving Ordinary Differential Equations II, section VI.4",
  traits: { stiff: true, jacobian: "finite-differences" },
  params: z.strictObject({}),
  bind: createRodas4,
};
