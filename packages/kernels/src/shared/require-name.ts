import { InputError, nearestOf, type SpecPath } from "@meanfield/core/foundation/errors";

/**
 * That a word of a document is one of the names there are.
 * @param what the kind of thing, as in "there is no method …"
 * @throws InputError unknown-name, with the nearest
 */
export function requireName(who: string, what: string, name: string, names: readonly string[], path: SpecPath): void {
  if (names.includes(name)) return;
  throw new InputError({
    code: "unknown-name",
    who,
    rule: `there is no ${what} "${name}"`,
    fix: `Did you mean "${nearestOf(name, names)}"? There are ${names.join(", ")}`,
    path,
  });
}
