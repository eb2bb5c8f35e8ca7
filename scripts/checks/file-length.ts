import { type Check, filesIn, read, report } from "./check.ts";

const LIMITS = [
  { language: "Solidity", limit: 500, patterns: ["{contracts,examples,test}/**/*.sol"] },
  {
    language: "TypeScript",
    limit: 400,
    patterns: ["*.ts", "{sdk,watchers,devnet,app,tasks,deploy,examples,scripts,test}/**/*.{ts,tsx}"],
  },
];

export const fileLength: Check = {
  name: "file-length: at most 500 lines of Solidity or 400 of TypeScript in a file",
  find: (root) =>
    LIMITS.flatMap(({ language, limit, patterns }) =>
      filesIn(root, patterns).flatMap((path) => {
        const lines = read(root, path).trimEnd().split("\n").length;
        if (lines <= limit) return [];
        return [
          `${path}: ${lines} lines, limit ${limit} for ${language}. Split it by domain noun (a library, one action a file)`,
        ];
      }),
    ),
};

if (import.meta.main) report(fileLength);
