import { InputError } from "@meanfield/core/foundation/errors";

/**
 * A package that only one command needs and that is not installed with Meanfield.
 * @param wants what needs it, for the message
 * @param entry of the package, where that is not its name
 * @throws InputError missing
 */
export async function loadOptional<T>(name: string, wants: string, entry = name): Promise<T> {
  try {
    return (await import(entry)) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new InputError({
      code: "missing",
      who: wants,
      rule: `it needs the package ${name}, which is not installed with Meanfield`,
      got: "no such package",
      fix: `Install it where Meanfield is: npm install ${name}`,
      details: { package: name },
    });
  }
}
