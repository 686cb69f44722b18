import { InputError, type SpecPath, show } from "../foundation/errors/index.js";
import { isMapping } from "../foundation/parameters/index.js";

/** One value of a document to be replaced. */
export interface Override {
  readonly path: SpecPath;
  readonly value: unknown;
  /** Who asks for it, for messages: "--set", "sweep". */
  readonly by: string;
}

/** The keys and indices of a path written with dots; numbers index lists. */
export function parsePath(text: string): SpecPath {
  return text.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** A list is overridden entry by entry: nothing else of it may get lost. */
function requireIndex(list: readonly unknown[], { path, by }: Override, depth: number): void {
  const step = path[depth];
  if (typeof step === "number" && step < list.length) return;
  const at = path.slice(0, depth).join(".");
  throw new InputError({
    code: "out-of-range",
    who: `${by} ${path.join(".")}`,
    rule: `${at === "" ? "the document" : at} is a list of ${list.length}, indexed from 0`,
    got: show(step),
    fix:
      list.length > 0
        ? `For example ${by} ${[...path.slice(0, depth), 0].join(".")}=…`
        : `Write the whole list: ${by} ${at}=[…]`,
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
  const base = isMapping(root) ? root : {};
  const inside = Object.hasOwn(base, step) ? base[step] : undefined;
  return { ...base, [step]: applyOverride(inside, override, depth + 1) };
}

/** One seed for everything: that of the noise, and of the tokens where the law draws any. */
export function applySeed(
  root: unknown,
  seed: number,
  laws: readonly { readonly name: string; readonly seeded: boolean }[],
  by = "--seed",
): unknown {
  if (!isMapping(root)) return root;
  const withNoise = applyOverride(root, { path: ["solve", "seed"], value: seed, by });
  const initial = (withNoise as { initial?: unknown }).initial;
  if (!isMapping(initial)) return withNoise;
  const law = laws.find((one) => one.seeded && Object.hasOwn(initial, one.name));
  return law === undefined
    ? withNoise
    : applyOverride(withNoise, { path: ["initial", law.name, "seed"], value: seed, by });
}
