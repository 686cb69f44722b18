import ts from "typescript";
import { lineOf } from "../source-files.js";

/** One import of any kind: static, type, dynamic, re-export. */
export interface ImportOf {
  /** undefined for a dynamic import of a computed name. */
  readonly specifier: string | undefined;
  readonly line: number;
}

/** Every import of a file, in the order of its text. */
export function importsOf(source: ts.SourceFile): ImportOf[] {
  const found: ImportOf[] = [];
  const add = (node: ts.Node, name: ts.Node | undefined) => {
    const specifier = name !== undefined && ts.isStringLiteralLike(name) ? name.text : undefined;
    found.push({ specifier, line: lineOf(source, node) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)) {
      add(node, node.moduleSpecifier);
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    } else if (ts.isExternalModuleReference(node)) {
      add(node, node.expression);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
