import { type Check, filesIn, report } from "./check.ts";

const ATTIC = /^(utils?|helpers?|libs?|common|misc|managers?)$/;

export const names: Check = {
  name: "names: no file or folder called utils, helpers, lib, common, misc or manager",
  find: (root) =>
    filesIn(root, [
      "{contracts,sdk,watchers,devnet,app,tasks,deploy,examples,scripts,test,docs}/**/*",
    ]).flatMap((path) => {
      const word = wordsOf(path).find((word) => ATTIC.test(word));
      if (word === undefined) return [];
      return [`${path}: "${word}" says nothing. Name the file or folder by the domain noun it is about`];
    }),
};

/** The words of every segment: deal-utils.ts is deal, utils, ts; DealLib.sol is deal, lib, sol. */
function wordsOf(path: string): string[] {
  return path
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

if (import.meta.main) report(names);
