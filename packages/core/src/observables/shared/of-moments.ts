import { z } from "zod";
import type { Gaussian, Law } from "../../laws/contract.js";
import type { ObservablePlugin } from "../contract.js";
import { momentsAt } from "./law-of.js";

/** What an observable of mean and covariance alone has to say. */
export interface OfMoments {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  shape(d: number): readonly number[];
  /** Fills `out` from the moments; `law` is what they were taken of. */
  from(moments: Gaussian, out: Float64Array, law: Law): void;
}

/** An observable without parameters that looks at the mean and the covariance only, of clouds and of Gaussians. */
export function ofMoments({ name, doc, source, shape, from }: OfMoments): ObservablePlugin<Record<string, never>> {
  return {
    name,
    doc,
    source,
    unit: "1",
    of: ["point-cloud", "gaussian"],
    params: z.strictObject({}),
    bind: (_, { d }) => ({
      shape: shape(d),
      unit: "1",
      doc,
      measure: (_t, law, out) => from(momentsAt(law), out, law),
    }),
  };
}
