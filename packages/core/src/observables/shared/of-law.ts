import { z } from "zod";
import type { Law } from "../../laws/contract.js";
import type { ObservablePlugin } from "../contract.js";

/** What an observable that needs nothing but the law has to say. */
export interface OfLaw {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  shape(d: number): readonly number[];
  /** Fills `out` from the law. */
  from(law: Law, out: Float64Array): void;
}

/** A dimensionless observable without parameters, of clouds and of Gaussians. */
export function ofLaw({ name, doc, source, shape, from }: OfLaw): ObservablePlugin<Record<string, never>> {
  return {
    name,
    doc,
    source,
    unit: "1",
    of: ["point-cloud", "gaussian"],
    params: z.strictObject({}),
    bind: (_, { d }) => ({ shape: shape(d), unit: "1", doc, measure: (_t, law, out) => from(law, out) }),
  };
}
