/** Families of packages/core/src, lowest layer first. */
const layers: readonly (readonly string[])[] = [
  ["foundation"],
  ["geometry", "solve"],
  ["methods", "laws", "distances"],
  ["attention", "masks", "feedforward", "normalization", "noise"],
  ["model"],
  ["dynamics"],
  ["observables", "analysis", "control"],
  ["experiment"],
];

/** Families without plug-ins: their files are one whole. */
const whole = new Set(["foundation", "solve", "model", "control", "experiment"]);

interface Place {
  readonly family: string | undefined;
  /** Folder inside the family: a plug-in or shared; undefined for a file of the family itself. */
  readonly member: string | undefined;
  /** File name below that. */
  readonly file: string;
}

/** Where a path relative to packages/core/src stands. */
function placeOf(path: string): Place {
  const parts = path.split("/");
  const family = parts.length > 1 ? parts[0] : undefined;
  return { family, member: parts.length > 2 ? parts[1] : undefined, file: parts[parts.length - 1]! };
}

const layerOf = (family: string): number => layers.findIndex((layer) => layer.includes(family)) + 1;

/** Why the folder of a file of core has no place in the house, or undefined. */
export function misplaced(path: string): string | undefined {
  const { family } = placeOf(path);
  if (family === undefined || layerOf(family) > 0) return undefined;
  return `the folder ${family} belongs to no layer; add it to tools/src/layers/core-rules.ts`;
}

function withinFamily(from: Place, to: Place): string | undefined {
  const family = from.family!;
  if (whole.has(family) || from.member === undefined || from.member === to.member || to.member === "shared")
    return undefined;
  if (to.member === undefined) {
    if (to.file === "contract.ts") return undefined;
    return `a member of ${family} imports contract.ts or shared/ of its family, not ${to.file}`;
  }
  if (from.member === "shared") return `shared/ of ${family} must not import the member ${to.member}`;
  return `${family}/${from.member} must not import its sibling ${to.member}; move what they share to ${family}/shared`;
}

/** Why one file of core may not import another, or undefined when it may; paths are relative to packages/core/src. */
export function forbidden(fromPath: string, toPath: string): string | undefined {
  const from = placeOf(fromPath);
  const to = placeOf(toPath);
  if (from.family === undefined) return undefined;
  if (to.family === undefined)
    return `${from.family} must not import ${to.file}: files at the root are on top of everything`;
  if (from.family === to.family) return withinFamily(from, to);
  const [upper, lower] = [layerOf(from.family), layerOf(to.family)];
  if (lower > upper)
    return `${from.family} (layer ${upper}) must not import ${to.family} (layer ${lower}): imports go downward`;
  if (lower === upper && !(to.member === undefined && to.file === "contract.ts")) {
    return `${from.family} and ${to.family} are one layer: only ${to.family}/contract.ts may be imported`;
  }
  return undefined;
}
