import ts from "typescript";
import { lineOf } from "../source-files.js";

/** One import of any kind: static, type, dynamic, re-export. */
export interface ImportOf {
  /** undefined for a dynamic import of a computed name. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** Erased by the compiler. `import { type X }` is not: it still loads the module. */
  readonly typeOnly: boolean;
}

/** Every import of a file, in the order of its text. */
export function importsOf(source: ts.SourceFile): ImportOf[] {
  const found: ImportOf[] = [];
  const add = (node: ts.Node, name: ts.Node | undefined, typeOnly: boolean) => {
    const specifier = name !== undefined && ts.isStringLiteralLike(name) ? name.text : undefined;
    found.push({ specifier, line: lineOf(source, node), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    } else if (ts.isExternalModuleReference(node)) {
      add(node, node.expression, false);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
