import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InputError } from "@meanfield/core/foundation/errors";

/** The folder katex/dist of the KaTeX that the figures package uses. @throws InputError unreadable */
export function katexFolder(): string {
  const require = createRequire(import.meta.url);
  for (const base of [import.meta.url, packageOf(require, "@meanfield/figures")]) {
    if (base === undefined) continue;
    const found = packageOf(createRequire(base), "katex");
    if (found !== undefined) return join(dirname(found), "dist");
  }
  throw new InputError({
    code: "unreadable",
    who: "report",
    rule: "the package katex must be installed",
    fix: "Run `npm install`",
  });
}

/** The package.json of an installed package, searched upwards from where `require` stands. */
function packageOf(require: NodeJS.Require, name: string): string | undefined {
  return (require.resolve.paths(name) ?? [])
    .map((folder) => join(folder, name, "package.json"))
    .find((path) => existsSync(path));
}

/**
 * A file of katex/dist: style sheets as text, fonts as bytes.
 * @param name Relative to katex/dist, for example "katex.min.css" or "fonts/KaTeX_Main-Regular.woff2".
 * @throws InputError unreadable
 */
export function readKatexAsset(name: string): string | Uint8Array {
  const path = join(katexFolder(), name);
  if (!existsSync(path)) {
    throw new InputError({
      code: "unreadable",
      who: "report",
      rule: "a file of katex/dist must be there",
      got: name,
      fix: "Install katex 0.16",
    });
  }
  return name.endsWith(".css") ? readFileSync(path, "utf8") : new Uint8Array(readFileSync(path));
}

/** The path of a TrueType font that KaTeX ships, for example "Math-Italic". @throws InputError unreadable */
export function katexFontPath(face: string): string {
  const path = join(katexFolder(), "fonts", `KaTeX_${face}.ttf`);
  if (existsSync(path)) return path;
  throw new InputError({
    code: "unreadable",
    who: "render",
    rule: "the fonts of katex must be there",
    got: path,
    fix: "Install katex 0.16",
  });
}
