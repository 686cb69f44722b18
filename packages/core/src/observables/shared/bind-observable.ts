import { InputError } from "../../foundation/errors/index.js";
import type { Law } from "../../laws/contract.js";
import type { Observable, ObservableContext, ObservablePlugin } from "../contract.js";

const levelOf: Readonly<Record<Law["kind"], string>> = {
  "point-cloud": "a level of tokens (a point cloud)",
  gaussian: "a level of Gaussian moments",
};

/**
 * Binds an observable to a level, or says why that level cannot offer it.
 * @throws incompatible (the level's kind of law is not among `plugin.of`), and what the plug-in throws
 * @cost that of the plug-in's bind
 */
export function bindObservable<P>(plugin: ObservablePlugin<P>, params: P, context: ObservableContext): Observable {
  if (!plugin.of.includes(context.kind)) {
    throw new InputError({
      code: "incompatible",
      who: `observable ${plugin.name}`,
      rule: `measures ${plugin.of.join(", ")}`,
      got: levelOf[context.kind],
      fix: "Save it at another level, or leave it out",
      details: { observable: plugin.name, of: plugin.of, kind: context.kind },
    });
  }
  return plugin.bind(params, context);
}
