import { InputError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";

/** Mean and covariance of a law: its own, or those of its points. @cost m·d² for a cloud */
export function momentsAt(law: Law): Gaussian {
  return law.kind === "gaussian" ? law : momentsOf(law);
}

/** The law as a cloud. @throws incompatible */
export function cloudAt(law: Law, who: string): PointCloud {
  if (law.kind === "point-cloud") return law;
  throw new InputError({
    code: "incompatible",
    who: `observable ${who}`,
    rule: "measures point-cloud",
    got: `a law of kind ${law.kind}`,
    fix: "Bind it to the level it is measured on",
  });
}
