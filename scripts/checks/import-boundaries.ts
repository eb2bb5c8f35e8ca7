import { type Check, report } from "./check.ts";
import { solidityImports } from "./solidity-imports.ts";
import { typescriptImports } from "./typescript-imports.ts";

/** The table "Who may import what" of docs/architecture.md. */
export const importBoundaries: Check = {
  name: "import-boundaries: data flows contracts -> sdk -> tasks, watchers, app, devnet, and never back",
  find: (root) => [...solidityImports(root), ...typescriptImports(root)],
};

if (import.meta.main) report(importBoundaries);
