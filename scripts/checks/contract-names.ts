import { type Check, filesIn, read, report } from "./check.ts";
import { blankCommentsAndStrings, lineAt } from "./solidity-source.ts";

const DECLARATION = /^(?:abstract\s+contract|contract|interface|library)\s+(\w+)/gm;

export const contractNames: Check = {
  name: "contract-names: no two contracts, interfaces or libraries of one name, doubles and tests included",
  find: (root) => {
    const first = new Map<string, string>();
    return filesIn(root, ["{contracts,examples,test}/**/*.sol"]).flatMap((path) => {
      const code = blankCommentsAndStrings(read(root, path));
      return [...code.matchAll(DECLARATION)].flatMap((match) => {
        const name = match[1]!;
        const where = `${path}:${lineAt(code, match.index)}`;
        const other = first.get(name);
        if (other === undefined) first.set(name, where);
        if (other === undefined) return [];
        return [
          `${where} ${name} is declared in ${other} too: rename one; artifacts and snapshots go by this name`,
        ];
      });
    });
  },
};

if (import.meta.main) report(contractNames);
