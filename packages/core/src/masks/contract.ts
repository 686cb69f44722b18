import type { ZodType } from "zod";
import type { Visibility } from "../foundation/backend/index.js";

/** Which keys a query sees, by position s ∈ [0, 1]. A token always sees itself. */
export interface Mask extends Visibility {
  readonly name: string;
}

export interface MaskPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params: ZodType<P>;
  bind(params: P): Mask;
}
