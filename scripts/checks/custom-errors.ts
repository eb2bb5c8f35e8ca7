import { type Check, filesIn, read, report } from "./check.ts";
import { blankCommentsAndStrings, lineAt } from "./solidity-source.ts";

const DECLARATION = /\berror\s+([A-Za-z_]\w*)\s*\(/g;

export const customErrors: Check = {
  name: "custom-errors: every error that contracts throw stands in a test",
  find: (root) => {
    const contracts = codeOf(root, ["{contracts,examples}/**/*.sol"]).filter(
      ({ path }) => !path.startsWith("contracts/mocks/"),
    );
    const thrown = wordsOf(contracts);
    const tested = wordsOf(codeOf(root, ["test/contracts/**/*.sol"]));
    return contracts.flatMap(({ path, code }) =>
      [...code.matchAll(DECLARATION)].flatMap((match) => {
        const name = match[1]!;
        const where = `${path}:${lineAt(code, match.index)}`;
        if (thrown.has(name)) {
          if (tested.has(name)) return [];
          return [
            `${where} ${name} is thrown, but no test names it: add test_RevertWhen_… under test/contracts`,
          ];
        }
        if (!isImplemented(path, contracts)) return [];
        return [`${where} ${name} is never thrown: throw it where it belongs, or delete it`];
      }),
    );
  },
};

interface Source {
  readonly path: string;
  readonly code: string;
}

/** An interface without its contract beside it is another system's: its errors are there to be decoded. */
function isImplemented(path: string, contracts: Source[]): boolean {
  const implementation = path.replace(/\/I([A-Z]\w*\.sol)$/, "/$1");
  return contracts.some((contract) => contract.path === implementation);
}

function codeOf(root: string, patterns: string[]): Source[] {
  return filesIn(root, patterns).map((path) => ({ path, code: blankCommentsAndStrings(read(root, path)) }));
}

/** The identifiers of the sources, but for the names in import lists and error declarations. */
function wordsOf(sources: Source[]): Set<string> {
  return new Set(
    sources.flatMap(
      ({ code }) =>
        code
          .replace(DECLARATION, "")
          .replace(/\bimport\b[^;]*;/g, "")
          .match(/\b\w+\b/g) ?? [],
    ),
  );
}

if (import.meta.main) report(customErrors);
