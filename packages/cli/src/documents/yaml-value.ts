import { InputError } from "@meanfield/core/foundation/errors";
import type { Document } from "yaml";

/**
 * The plain value of a parsed YAML document.
 * @param who named in messages
 * @throws InputError syntax (aliases that multiply each other: a few lines could fill the memory)
 */
export function yamlValue(document: Document.Parsed, who: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new InputError({
      code: "syntax",
      who,
      rule: "aliases may not multiply each other",
      got: error.message,
      fix: "Write the values out",
    });
  }
}
