import { describe, expect, test } from "vitest";
import { findLayerViolations } from "../src/layers/find-layer-violations.js";
import { withTree } from "./temporary-tree.js";

type Files = Readonly<Record<string, string>>;

const core = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`packages/core/src/${path}`, text]));

/** A small house in which every kind of import that is allowed occurs. */
const clean: Files = {
  ...core({
    "index.ts": 'export * from "./experiment/index.js";\n',
    "foundation/errors/index.ts": "export class InputError extends Error {}\n",
    "foundation/shapes/index.ts":
      'import { InputError } from "../errors/index.js";\nexport const shape = InputError;\n',
    "geometry/contract.ts": "export interface Geometry { name: string }\n",
    "geometry/shared/norm.ts": "export const norm = 1;\n",
    "geometry/sphere/index.ts":
      'import { norm } from "../shared/norm.js";\nimport type { Geometry } from "../contract.js";\nexport const sphere: Geometry = { name: String(norm) };\n',
    "geometry/catalog.ts": 'import { sphere } from "./sphere/index.js";\nexport const geometryCatalog = [sphere];\n',
    "geometry/index.ts": 'export * from "./catalog.js";\nexport type * from "./contract.js";\n',
    "masks/contract.ts": 'import { z } from "zod";\nexport type Mask = z.ZodType;\n',
    "attention/softmax/index.ts":
      'import type { Mask } from "../../masks/contract.js";\nimport { shape } from "../../foundation/shapes/index.js";\nexport const softmax = (mask: Mask) => [shape, mask];\n',
    "attention/softmax/index.test.ts":
      'import "../linear/index.js";\nimport "../../experiment/index.js";\nimport "node:fs";\nconsole.log(Math.random());\n',
    "observables/mean/index.ts":
      'import { sphere } from "../../geometry/sphere/index.js";\nexport const mean = sphere;\n',
    "experiment/index.ts":
      'import { mean } from "../observables/mean/index.js";\nexport const random = { date: mean, console: 1 };\nexport const say = random.console;\n',
  }),
  "packages/results/src/index.ts":
    'import type { mean } from "@meanfield/core/observables/mean";\nexport type Mean = typeof mean;\n',
  "packages/kernels/src/lapack/index.ts":
    'import "node:module";\nimport "koffi";\nimport "@meanfield/core/foundation/errors";\n',
  "packages/cli/src/main.ts":
    'import "node:fs";\nimport "commander";\nimport "@meanfield/kernels/lapack";\nimport "@meanfield/networks";\nimport "@meanfield/figures";\n',
};

const violations = (files: Files) =>
  withTree(files, (root) => findLayerViolations(root).map(({ file, line, rule }) => `${file}:${line}: ${rule}`));

/** Each broken rule: the files that break it, and file, line and words of the one finding. */
const broken: readonly (readonly [name: string, files: Files, found: RegExp])[] = [
  [
    "an import upward",
    core({
      "foundation/shapes/index.ts":
        '\nimport { sphere } from "../../geometry/sphere/index.js";\nexport const s = sphere;\n',
    }),
    /foundation\/shapes\/index\.ts:2: foundation \(layer 1\) must not import geometry \(layer 2\)/,
  ],
  [
    "a type imported upward",
    core({
      "masks/contract.ts": 'export type M = import("../model/model.js").Model;\n',
      "model/model.ts": "export type Model = 1;\n",
    }),
    /masks\/contract\.ts:1: masks \(layer 4\) must not import model \(layer 5\)/,
  ],
  [
    "a re-export upward",
    core({ "geometry/more.ts": 'export { mean } from "../observables/mean/index.js";\n' }),
    /geometry\/more\.ts:1: geometry .* must not import observables/,
  ],
  [
    "a dynamic import upward",
    core({ "geometry/more.ts": 'export const mean = () => import("../observables/mean/index.js");\n' }),
    /geometry\/more\.ts:1: geometry .* must not import observables/,
  ],
  [
    "a dynamic import of a computed name",
    core({ "geometry/more.ts": "export const load = (name: string) => import(name);\n" }),
    /geometry\/more\.ts:1: a dynamic import of a computed name/,
  ],
  [
    "a neighbour of the same layer by its index",
    core({
      "attention/softmax/index.ts": 'import "../../masks/index.js";\n',
      "masks/index.ts": "export const all = 1;\n",
    }),
    /attention\/softmax\/index\.ts:1: attention and masks are one layer/,
  ],
  [
    "a sibling",
    core({ "attention/linear/index.ts": 'import "../softmax/index.js";\n' }),
    /attention\/linear\/index\.ts:1: attention\/linear must not import its sibling softmax/,
  ],
  [
    "the catalog by a member",
    core({ "geometry/flat/index.ts": 'export const all = () => import("../catalog.js");\n' }),
    /geometry\/flat\/index\.ts:1: a member of geometry imports contract\.ts or shared/,
  ],
  [
    "a member by shared",
    core({ "geometry/shared/more.ts": 'import "../sphere/index.js";\n' }),
    /geometry\/shared\/more\.ts:1: shared\/ of geometry must not import the member sphere/,
  ],
  [
    "the root index from below",
    core({ "experiment/more.ts": 'import type * as all from "../index.js";\nexport type All = typeof all;\n' }),
    /experiment\/more\.ts:1: experiment must not import index\.ts/,
  ],
  [
    "a folder without a layer",
    core({ "misc/index.ts": "export const x = 1;\n" }),
    /misc\/index\.ts:1: the folder misc belongs to no layer/,
  ],
  [
    "a cycle at run time",
    core({
      "solve/a.ts": 'import "./b.js";\n',
      "solve/b.ts": 'import { type A } from "./a.js";\nexport type B = A;\n',
    }),
    /solve\/a\.ts:1: import cycle: .*solve\/a\.ts → .*solve\/b\.ts → .*solve\/a\.ts/,
  ],
  [
    "a cycle of types between folders",
    {
      "packages/networks/src/a/x.ts": 'import type { Y } from "../b/y.js";\nexport type X = Y;\n',
      "packages/networks/src/b/y.ts": 'import type { X } from "../a/x.js";\nexport type Y = X;\n',
    },
    /networks\/src\/a\/x\.ts:1: import cycle: /,
  ],
  [
    "a cycle of types inside a folder",
    core({
      "solve/a.ts": 'import type { B } from "./b.js";\nexport type A = B;\n',
      "solve/b.ts": 'import type { A } from "./a.js";\nexport type B = A;\n',
    }),
    /solve\/a\.ts:1: import cycle: /,
  ],
  [
    "a cycle of foundation folders without a cycle of files",
    core({
      "foundation/errors/more.ts": 'import "../shapes/plain.js";\n',
      "foundation/shapes/plain.ts": "export const plain = 1;\n",
    }),
    /foundation\/errors\/more\.ts:1: cycle of foundation folders: errors → shapes → errors/,
  ],
  [
    "packages that do not know each other",
    { "packages/networks/src/index.ts": 'import "@meanfield/results";\n' },
    /networks\/src\/index\.ts:1: networks must not import @meanfield\/results/,
  ],
  [
    "a package above",
    { "packages/figures/src/index.ts": 'import "@meanfield/cli";\n' },
    /figures\/src\/index\.ts:1: figures must not import @meanfield\/cli/,
  ],
  [
    "a way round the packages",
    { "packages/cli/src/more.ts": 'import "../../core/src/index.js";\n' },
    /cli\/src\/more\.ts:1: .* leaves the package/,
  ],
  [
    "a package of npm in core",
    core({ "solve/a.ts": 'import "lodash";\n' }),
    /solve\/a\.ts:1: core depends on zod only/,
  ],
  ["Node in core", core({ "solve/a.ts": 'import "node:fs";\n' }), /solve\/a\.ts:1: core must not import node:fs/],
  [
    "Node in figures",
    { "packages/figures/src/a.ts": 'import "path";\n' },
    /figures\/src\/a\.ts:1: figures must not import path/,
  ],
  [
    "Math.random",
    core({ "solve/a.ts": "export const x = Math.random();\n" }),
    /solve\/a\.ts:1: core must not use Math\.random/,
  ],
  ["a clock", core({ "solve/a.ts": "export const x = new Date();\n" }), /solve\/a\.ts:1: core must not use Date/],
  [
    "performance",
    core({ "solve/a.ts": "export const x = performance.now();\n" }),
    /solve\/a\.ts:1: core must not use performance/,
  ],
  ["the console", core({ "solve/a.ts": 'console.log("x");\n' }), /solve\/a\.ts:1: core must not use console/],
  [
    "state of a module",
    core({ "solve/a.ts": "export let count = 0;\n" }),
    /solve\/a\.ts:1: core has no module-level mutable state/,
  ],
];

describe("check-layers", () => {
  test("a clean tree passes, tests being exempt", () => {
    expect(violations(clean)).toEqual([]);
  });

  test.each(broken)("finds %s", (_, files, found) => {
    const all = violations({ ...clean, ...files });
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(found);
  });
});
