import { type Override, parsePath } from "@meanfield/core/experiment";
import { InputError, show } from "@meanfield/core/foundation/errors";
import { parseDocument } from "yaml";
import { yamlValue } from "./yaml-value.js";

/** One `--set path=value`: dots separate keys, numbers index lists, the value is YAML. */
export function parseOverride(text: string): Override {
  const equals = text.indexOf("=");
  if (equals <= 0) {
    throw new InputError({
      code: "syntax",
      who: "--set",
      rule: "must be path=value",
      got: show(text),
      fix: "For example --set model.attention.softmax.beta=4",
    });
  }
  const document = parseDocument(text.slice(equals + 1));
  if (document.errors.length > 0) {
    throw new InputError({
      code: "syntax",
      who: "--set",
      rule: "the value must be YAML",
      got: show(text.slice(equals + 1)),
    });
  }
  return { path: parsePath(text.slice(0, equals)), value: yamlValue(document, "--set"), by: "--set" };
}
