import { readFile } from "node:fs/promises";
import { lintModule, memoryPages } from "@holdfast/sdk";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { EXIT } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { whole } from "../run/parse.ts";
import { FileUnusableError } from "./errors.ts";

interface LintArguments extends CommonArguments {
  wasm: string;
  memory: string | undefined;
}

const VERDICTS = {
  strict: "strict: equal runs give equal bytes on any node",
  loose: "loose: nodes run it, but two honest runs may differ, so a strict spec cannot name it",
  refused: "refused: no node runs it",
};

export default command<LintArguments>(async ({ wasm, memory }) => {
  const bytes = await readFile(wasm).catch((cause: NodeJS.ErrnoException) => {
    throw new FileUnusableError(
      `${wasm} cannot be read: ${cause.code}.`,
      "npx hardhat compute lint <file>.wasm",
      cause,
    );
  });
  const memoryMb = memory === undefined ? undefined : Number(whole("--memory", memory));
  const { verdict, findings } = lintModule(bytes, {
    ...(memoryMb === undefined
      ? {}
      : { memoryPages: memoryPages({ resources: { cpuMillis: 1, memoryMb } }) }),
  });
  const found = findings.map(({ code, weight, where, offset, what, next }) =>
    [`${weight}: ${where}, byte ${offset} (${code})`, fields({ "  what": what, "  what to do": next })].join(
      "\n",
    ),
  );
  return {
    json: { wasm, bytes: bytes.length, verdict, findings },
    text: [...found, VERDICTS[verdict]].join("\n"),
    exitCode: verdict === "refused" ? EXIT.error : EXIT.ok,
  };
});
