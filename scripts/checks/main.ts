import { report } from "./check.ts";
import { compilerWarnings } from "./compiler-warnings.ts";
import { contractNames } from "./contract-names.ts";
import { contractSize } from "./contract-size.ts";
import { customErrors } from "./custom-errors.ts";
import { fileLength } from "./file-length.ts";
import { importBoundaries } from "./import-boundaries.ts";
import { names } from "./names.ts";
import { opcodes } from "./opcodes.ts";
import { solidityBans } from "./solidity-bans.ts";

report(
  fileLength,
  names,
  contractNames,
  solidityBans,
  importBoundaries,
  customErrors,
  compilerWarnings,
  opcodes,
  contractSize,
);
