import { type Check, filesIn, read, report } from "./check.ts";
import { argumentsAt, blankComments, blankCommentsAndStrings, lineAt } from "./solidity-source.ts";

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Of the places that `pattern` finds, those that are a breach; all if not given. `call` is the argument list. */
  readonly applies?: (call: string[], place: { path: string; comment: string }) => boolean;
}

const BANS: Ban[] = [
  {
    pattern: /\btx\.origin\b/g,
    instead: "tx.origin: use msg.sender; a contract in between would act for its caller",
  },
  {
    pattern: /\.(?:transfer|send)\s*\(/g,
    // One argument is the payable address's; a token's has two.
    applies: (call) => call.length === 1,
    instead:
      "transfer/send of value: credit the account and let it withdraw through fvm/ (any actor, any gas)",
  },
  {
    pattern: /\bblock\.timestamp\b/g,
    applies: (_, place) => !/\bseconds\b/.test(place.comment),
    instead:
      "block.timestamp: use currentEpoch() of fvm/Epoch.sol; if seconds are meant (a permit's deadline), " +
      "say so in a comment with the word seconds, on this line or the one before",
  },
  {
    pattern: /\bblock\.(?:prevrandao|difficulty)\b|\bblockhash\s*\(/g,
    instead: "randomness from a block: whoever makes the block chooses it; use the drand beacon through fvm/",
  },
  {
    pattern: /\brevert\s*\(/g,
    // revert(offset, length) is assembly.
    applies: (call) => call.length < 2,
    instead:
      "revert with a string or nothing: throw an error named <Domain><Problem> with the offending values",
  },
  {
    pattern: /\brequire\s*\(/g,
    applies: (call) => call.length < 2 || /^["']/.test(call[1]!),
    instead:
      "require with a string or nothing: give it an error named <Domain><Problem> with the offending values",
  },
  {
    // `Library.call(…)` is a function of fvm/.
    pattern: /(?<!\b[A-Z]\w*)\.(?:call|staticcall|delegatecall)\s*[({]/g,
    applies: (_, place) => !place.path.startsWith("contracts/fvm/"),
    instead:
      "a low-level call outside contracts/fvm: fvm/ is the only door to precompiles and actors; " +
      "call a contract through its interface",
  },
];

export const solidityBans: Check = {
  name: "solidity-bans: tx.origin, transfer/send, timestamps for epochs, block randomness, string reverts, low-level calls",
  find: (root) =>
    filesIn(root, ["{contracts,examples}/**/*.sol"])
      .filter((path) => !path.startsWith("contracts/mocks/"))
      .flatMap((path) => breachesIn(path, read(root, path))),
};

function breachesIn(path: string, source: string): string[] {
  const code = blankCommentsAndStrings(source);
  const withStrings = blankComments(source);
  const lines = source.split("\n");
  return BANS.flatMap(({ pattern, applies, instead }) =>
    [...code.matchAll(pattern)].flatMap((match) => {
      const line = lineAt(code, match.index);
      const call = argumentsAt(withStrings, match.index + match[0].length - 1);
      const comment = `${lines[line - 2] ?? ""}\n${lines[line - 1]!}`;
      return (applies?.(call, { path, comment }) ?? true) ? [`${path}:${line} ${instead}`] : [];
    }),
  );
}

if (import.meta.main) report(solidityBans);
