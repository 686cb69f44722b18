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
    throw new InputError({
      code: "syntax",
      who: "--set",
      rule: "the value must be YAML",
      got: show(text.slice(equals + 1)),
    });
  }
  const path = text
    .slice(0, equals)
    .split(".")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { path, value: document.toJS() as unknown };
}

/** A list is overridden entry by entry: nothing else of it may get lost. */
function requireIndex(list: readonly unknown[], { path }: Override, depth: number): void {
  const step = path[depth];
  if (typeof step === "number" && step < list.length) return;
  const at = path.slice(0, depth).join(".");
  throw new InputError({
    code: "out-of-range",
    who: `--set ${path.join(".")}`,
    rule: `${at === "" ? "the document" : at} is a list of ${list.length}, indexed from 0`,
    got: show(step),
    fix:
      list.length > 0
        ? `For example --set ${[...path.slice(0, depth), 0].join(".")}=…`
        : `Write the whole list: --set ${at}=[…]`,
  });
}

/** A copy of the document with the override in place; keys on the way are made, a bare plug-in name becomes a mapping. */
export function applyOverride(root: unknown, override: Override, depth = 0): unknown {
  const { path, value } = override;
  const step = path[depth];
  if (step === undefined) return value;
  if (Array.isArray(root)) {
    requireIndex(root, override, depth);
    return root.map((entry, k) => (k === step ? applyOverride(entry, override, depth + 1) : entry));
  }
  if (typeof root === "string" && root === step) return { [step]: applyOverride({}, override, depth + 1) };
  const base =
    typeof root === "object" && root !== null && !Array.isArray(root) ? (root as Record<string, unknown>) : {};
  return { ...base, [step]: applyOverride(base[step], override, depth + 1) };
}

/** `--seed n`: the seed of the noise, and of the tokens where the law draws any. */
export function applySeed(root: unknown, seed: number, laws: readonly { name: string; seeded: boolean }[]): unknown {
  if (typeof root !== "object" || root === null || Array.isArray(root)) return root;
  const withNoise = applyOverride(root, { path: ["solve", "seed"], value: seed });
  const initial = (withNoise as { initial?: unknown }).initial;
  if (typeof initial !== "object" || initial === null) return withNoise;
  const law = laws.find((one) => one.seeded && one.name in initial);
  return law === undefined ? withNoise : applyOverride(withNoise, { path: ["initial", law.name, "seed"], value: seed });
}
