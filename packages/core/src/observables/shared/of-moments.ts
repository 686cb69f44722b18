import type { Gaussian, Law } from "../../laws/contract.js";
import type { ObservablePlugin } from "../contract.js";
import { momentsAt } from "./law-of.js";
import { type OfLaw, ofLaw } from "./of-law.js";

/** What an observable of mean and covariance alone has to say. */
export interface OfMoments extends Omit<OfLaw, "from"> {
  /** Fills `out` from the moments; `law` is what they were taken of. */
  from(moments: Gaussian, out: Float64Array, law: Law): void;
}

/** An observable without parameters that looks at the mean and the covariance only, of clouds and of Gaussians. */
export function ofMoments(observable: OfMoments): ObservablePlugin<Record<string, never>> {
  return ofLaw({ ...observable, from: (law, out) => observable.from(momentsAt(law), out, law) });
}
