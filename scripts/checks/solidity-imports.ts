import { posix } from "node:path";
import { filesIn, read } from "./check.ts";
import { blankComments, lineAt } from "./solidity-source.ts";

const IMPORT = /\bimport\b[^;"']*["']([^"']+)["']/g;

/** Imports of contracts/ that the architecture forbids, each with what to do. */
export function solidityImports(root: string): string[] {
  return filesIn(root, ["contracts/**/*.sol"]).flatMap((path) => {
    const source = blankComments(read(root, path));
    return [...source.matchAll(IMPORT)].flatMap((match) => {
      const fault = faultOf(path, match[1]!);
      return fault === undefined
        ? []
        : [`${path}:${lineAt(source, match.index)} imports ${match[1]}: ${fault}`];
    });
  });
}

/** What is wrong with `path` importing `target`, and what to do; undefined if nothing is. */
function faultOf(path: string, target: string): string | undefined {
  const [, capability] = path.split("/");
  if (!target.startsWith(".")) {
    if (target.startsWith("@openzeppelin/contracts/")) return undefined;
    if (target.startsWith("@zondax/filecoin-solidity/")) {
      if (capability === "fvm") return undefined;
      return "only contracts/fvm knows filecoin-solidity. Use what fvm/ offers, or add it there";
    }
    return "contracts rest on OpenZeppelin, and in fvm/ on filecoin-solidity, alone. Import relatively what is ours";
  }
  const resolved = posix.join(posix.dirname(path), target);
  const [folder, owner] = resolved.split("/");
  if (folder !== "contracts") return "contracts import nothing from outside contracts/";
  if (capability === "mocks" || owner === capability || owner === "fvm") return undefined;
  if (owner === "mocks")
    return "a double is never part of a contract. Import the interface of what it doubles";
  if (/^I[A-Z]\w*\.sol$/.test(posix.basename(resolved))) return undefined;
  return `another capability's implementation. Import its interface (contracts/${owner}/I….sol), and move there what is missing`;
}
