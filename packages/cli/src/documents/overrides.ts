import { InputError, type SpecPath, show } from "@meanfield/core/foundation/errors";
import { parseDocument } from "yaml";

/** One `--set path=value`: dots separate keys, numbers index lists, the value is YAML. */
export interface Override {
  readonly path: SpecPath;
  readonly value: unknown;
}

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
    throw new InputError({ code: "syntax", who: "--set", rule: "the value must be YAML", got: show(text.slice(equals + 1)) });
  }
  const path = text
    .slice(0, equals)
    .split(".")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { path, value: document.toJS() as unknown };
}

/** A copy of the document with the override in place; keys on the way are made, a bare plug-in name becomes a mapping. */
export function applyOverride(root: unknown, { path, value }: Override): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number" && Array.isArray(root)) {
    return root.map((entry, k) => (k === step ? applyOverride(entry, { path: rest, value }) : entry));
  }
  if (typeof root === "string" && root === step) return { [step]: applyOverride({}, { path: rest, value }) };
  const base = typeof root === "object" && root !== null && !Array.isArray(root) ? (root as Record<string, unknown>) : {};
  return { ...base, [step]: applyOverride(base[step], { path: rest, value }) };
}

/** `--seed n`: the seed of the noise, and of the tokens where the law draws any. */
export function applySeed(root: unknown, seed: number, laws: readonly { name: string; seeded: boolean }[]): unknown {
  const withNoise = applyOverride(root, { path: ["solve", "seed"], value: seed });
  const initial = (withNoise as { initial?: unknown }).initial;
  if (typeof initial !== "object" || initial === null) return withNoise;
  const law = laws.find((one) => one.seeded && one.name in initial);
  return law === undefined ? withNoise : applyOverride(withNoise, { path: ["initial", law.name, "seed"], value: seed });
}
