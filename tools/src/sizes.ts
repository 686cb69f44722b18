import { basename, join } from "node:path";
import ts from "typescript";
import { type Finding, filesBelow, isSource, lineOf, parse, pathFrom } from "./source-files.js";

const fileLimit = 400;
const functionLimit = 60;
const roots = ["packages", "apps", "tools", "test", "bench"];
const testCalls = /^(describe|suite|test|it|beforeAll|beforeEach|afterAll|afterEach)\b/;

const isFunction = (node: ts.Node): node is ts.FunctionLikeDeclaration =>
  (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) || ts.isClassStaticBlockDeclaration(node);

/** Bodies of describe and of a test: lists of cases, not algorithms. */
function isTestBody(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isCallExpression(parent)) return false;
  return testCalls.test(parent.expression.getText()) || /\.suite$/.test(parent.expression.getText());
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : "a function";
}

/** Whether the statement a node belongs to, or the node itself, starts with `// size: reason`. */
function isExcused(source: ts.SourceFile, node: ts.Node): boolean {
  const text = source.getFullText();
  let statement: ts.Node = node;
  while (!ts.isStatement(statement) && statement.parent !== undefined && !ts.isSourceFile(statement.parent)) {
    statement = statement.parent;
  }
  const body = (node as ts.FunctionLikeDeclaration).body;
  const head = text.slice(node.pos, body?.getStart(source) ?? node.getStart(source));
  const first =
    body === undefined
      ? ""
      : text
          .slice(body.getStart(source), body.getStart(source) + 200)
          .split("\n", 2)
          .join("\n");
  return [text.slice(statement.pos, statement.getStart(source)), head, first].some((part) =>
    /\/\/ size: \S/.test(part),
  );
}

function longFunctions(source: ts.SourceFile, file: string): Finding[] {
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node) && !isTestBody(node)) {
      const first = lineOf(source, node);
      const lines = source.getLineAndCharacterOfPosition(node.end).line + 2 - first;
      if (lines > functionLimit && !isExcused(source, node)) {
        found.push({
          file,
          line: first,
          rule: `${nameOf(node)} has ${lines} lines; a function has at most ${functionLimit}`,
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const generated = /^(catalog|coefficients)\.ts$|golden/;

/** Files and functions that are longer than the house likes, without a written reason. */
export function findOversized(root: string): Finding[] {
  return roots.flatMap((folder) =>
    filesBelow(join(root, folder), isSource).flatMap((path) => {
      if (generated.test(basename(path))) return [];
      const source = parse(path);
      const file = pathFrom(root, path);
      const text = source.getFullText();
      const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
      const excused = /^(\/\*[\s\S]*?\*\/\s*|\/\/(?! size:).*\n)*\/\/ size: \S/.test(text);
      const long = lines > fileLimit && !excused;
      const rule = `the file has ${lines} lines; a file has at most ${fileLimit}`;
      return [...(long ? [{ file, line: 1, rule }] : []), ...longFunctions(source, file)];
    }),
  );
}
