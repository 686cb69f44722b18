import { z } from "zod";
import type { MaskPlugin } from "../contract.js";

/** Every query sees every key. */
export const none: MaskPlugin<Record<string, never>> = {
  name: "none",
  doc: "Every token sees every token (an encoder).",
  source: "theory.md §1 (arXiv 2501.18322)",
  params: z.strictObject({}),
  bind: () => ({ name: "none", dense: true, logWeight: () => 0, decay: 0 }),
};
