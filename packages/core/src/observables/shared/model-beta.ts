import { InputError } from "../../foundation/errors/index.js";
import type { Model } from "../../model/index.js";

/** β of the first head of the model at depth t. @throws missing */
export function modelBeta(model: Model, who: string): (t: number) => number {
  const first = model.attention[0];
  const { beta } = first ?? {};
  if (beta !== undefined) return (t) => beta(t, 0);
  throw new InputError({
    code: "missing",
    who,
    rule: "beta is needed, because the model has none",
    got: first === undefined ? "a model without attention" : `${first.name} attention, which has no β`,
    fix: `Write ${who.split(" ").at(-1)}: { beta: 1 }`,
    path: ["beta"],
  });
}
