import ts from "typescript";

/** What a file reaches for: a module, the environment or the wall clock. */
export interface Reference {
  readonly kind: "import" | "use";
  /** The module's name, or `process.env`, `Date.now()`, `new Date()`. */
  readonly target: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Everything that the source imports (import, export from, import(), require) or uses, in order. */
export function referencesIn(path: string, source: string): Reference[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest);
  const found: Reference[] = [];
  const add = (node: ts.Node, kind: Reference["kind"], target: string, typeOnly = false) => {
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    found.push({ kind, target, typeOnly, line });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node, "import", node.moduleSpecifier.text, importsTypesOnly(node.importClause));
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node, "import", node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node)) {
      const callee = node.expression;
      const [argument] = node.arguments;
      const loads = callee.kind === ts.SyntaxKind.ImportKeyword || callee.getText(file) === "require";
      if (loads && argument && ts.isStringLiteralLike(argument)) add(node, "import", argument.text);
      if (callee.getText(file) === "Date.now") add(node, "use", "Date.now()");
    } else if (
      ts.isNewExpression(node) &&
      node.expression.getText(file) === "Date" &&
      !node.arguments?.length
    ) {
      add(node, "use", "new Date()");
    } else if (ts.isPropertyAccessExpression(node) && node.getText(file) === "process.env") {
      add(node, "use", "process.env");
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `import type { A }`, or a list in which every name is a type. */
function importsTypesOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return (
    !clause.name &&
    !!names &&
    ts.isNamedImports(names) &&
    names.elements.length > 0 &&
    names.elements.every((name) => name.isTypeOnly)
  );
}
