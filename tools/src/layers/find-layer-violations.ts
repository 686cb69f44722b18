import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Finding, filesBelow, isSource, isTest, parse, pathFrom } from "../source-files.js";
import { forbidden, misplaced } from "./core-rules.js";
import { cyclesOf } from "./cycles.js";
import { importsOf } from "./imports.js";
import { impurities } from "./impurities.js";
import { forbiddenModule } from "./package-rules.js";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

interface Package {
  readonly name: string;
  readonly source: string;
}

function packagesOf(root: string): Package[] {
  return ["packages", "apps"].flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    return readdirSync(join(root, folder))
      .map((name) => ({ name, source: join(root, folder, name, "src") }))
      .filter(({ source }) => existsSync(source));
  });
}

/** The source file a relative specifier means. */
function resolveRelative(file: string, specifier: string): string {
  return join(dirname(file), specifier).replace(/\.js$/, ".ts");
}

function checkImports(root: string, { name, source }: Package, path: string, findings: Finding[], edges: Edge[]): void {
  const file = pathFrom(root, path);
  const within = pathFrom(source, path);
  const tree = parse(path);
  const add = (line: number, rule: string | undefined) => rule !== undefined && findings.push({ file, line, rule });
  if (name === "core") {
    add(1, misplaced(within));
    for (const { line, rule } of impurities(tree)) add(line, rule);
  }
  for (const { specifier, line } of importsOf(tree)) {
    if (specifier === undefined) {
      if (name === "core") add(line, "a dynamic import of a computed name cannot be checked");
      continue;
    }
    if (!specifier.startsWith(".")) {
      add(line, forbiddenModule(name, specifier));
      continue;
    }
    const target = resolveRelative(path, specifier);
    const to = pathFrom(source, target);
    if (to.startsWith("../")) add(line, `${specifier} leaves the package; import another package by its name`);
    else {
      if (name === "core") add(line, forbidden(within, to));
      edges.push({ from: file, to: pathFrom(root, target), line });
    }
  }
}

function graphOf(edges: readonly Edge[], name: (path: string) => string = (path) => path): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const edge of edges) {
    const [from, to] = [name(edge.from), name(edge.to)];
    if (from === to) continue;
    if (!graph.has(from)) graph.set(from, new Set());
    graph.get(from)!.add(to);
  }
  return graph;
}

/** Imports of types count: files that only know each other's types cannot be read one at a time either. */
function cycleFindings(edges: readonly Edge[]): Finding[] {
  return cyclesOf(graphOf(edges)).map((cycle) => ({
    file: cycle[0]!,
    line: edges.find((edge) => edge.from === cycle[0] && edge.to === cycle[1])!.line,
    rule: `import cycle: ${cycle.join(" → ")}`,
  }));
}

/** The folders of foundation may use one another, in one direction. */
function foundationFindings(edges: readonly Edge[]): Finding[] {
  const inside = /^packages\/core\/src\/foundation\/([^/]+)\//;
  const own = edges.filter((edge) => inside.test(edge.from) && inside.test(edge.to));
  const folderOf = (path: string) => inside.exec(path)![1]!;
  return cyclesOf(graphOf(own, folderOf)).map((cycle) => {
    const edge = own.find((one) => folderOf(one.from) === cycle[0] && folderOf(one.to) === cycle[1])!;
    return { file: edge.from, line: edge.line, rule: `cycle of foundation folders: ${cycle.join(" → ")}` };
  });
}

/** Every import below `root` that the house does not allow, sorted by file; tests are exempt. */
export function findLayerViolations(root: string): Finding[] {
  const findings: Finding[] = [];
  const edges: Edge[] = [];
  for (const one of packagesOf(root)) {
    for (const path of filesBelow(one.source, isSource)) {
      if (!isTest(pathFrom(root, path))) checkImports(root, one, path, findings, edges);
    }
  }
  findings.push(...cycleFindings(edges), ...foundationFindings(edges));
  return findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}
