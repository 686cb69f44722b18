import { isBuiltin } from "node:module";

/** Package → the packages of this workspace it may import; a package that is not listed may import none. */
const below: Readonly<Record<string, readonly string[]>> = {
  core: [],
  kernels: ["core"],
  networks: ["core"],
  results: ["core"],
  figures: ["core", "results"],
  cli: ["core", "kernels", "networks", "results", "figures"],
  lab: ["core", "kernels", "networks", "results", "figures"],
};

const withoutNode = new Set(["core", "networks", "results", "figures"]);

/** Why a package may not import a module that is not one of its own files, or undefined when it may. */
export function forbiddenModule(fromPackage: string, specifier: string): string | undefined {
  const ours = /^@meanfield\/([^/]+)/.exec(specifier)?.[1];
  if (ours === fromPackage) return `${fromPackage} imports its own files by relative paths, not as ${specifier}`;
  if (ours !== undefined) {
    if (below[fromPackage]?.includes(ours) === true) return undefined;
    return `${fromPackage} must not import ${specifier}: core ← kernels, networks, results ← figures ← cli, lab`;
  }
  if (isBuiltin(specifier)) {
    return withoutNode.has(fromPackage)
      ? `${fromPackage} must not import ${specifier}: it runs in browsers too`
      : undefined;
  }
  if (fromPackage === "core" && specifier !== "zod") return `core depends on zod only, not on ${specifier}`;
  return undefined;
}
