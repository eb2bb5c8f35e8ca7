import { report } from "./check.ts";
import { contractSize } from "./contract-size.ts";
import { customErrors } from "./custom-errors.ts";
import { fileLength } from "./file-length.ts";
import { importBoundaries } from "./import-boundaries.ts";
import { names } from "./names.ts";
import { opcodes } from "./opcodes.ts";
import { solidityBans } from "./solidity-bans.ts";

report(fileLength, names, solidityBans, importBoundaries, customErrors, opcodes, contractSize);
