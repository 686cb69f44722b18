import ts from "typescript";
import { lineOf } from "../source-files.js";

const globals = new Set(["Date", "performance", "console", "process", "setTimeout", "setInterval", "fetch"]);

/** Whether the identifier is a name of its own, not a property or a key. */
function standsAlone(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) return parent.getChildAt(0) === node;
  return (
    !(
      ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isImportSpecifier(parent)
    ) ||
    ("initializer" in parent && parent.initializer === node)
  );
}

/** What pure mathematics must not touch: clocks, consoles, ambient randomness, state of a module. */
export function impurities(source: ts.SourceFile): { readonly line: number; readonly rule: string }[] {
  const found: { line: number; rule: string }[] = [];
  const add = (node: ts.Node, rule: string) => found.push({ line: lineOf(source, node), rule });
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && globals.has(node.text) && standsAlone(node))
      add(node, `core must not use ${node.text}`);
    if (ts.isPropertyAccessExpression(node) && node.getText(source) === "Math.random") {
      add(node, "core must not use Math.random; draw from foundation/random");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Const) === 0) {
      add(statement, "core has no module-level mutable state: a module declares const only");
    }
  }
  return found;
}
