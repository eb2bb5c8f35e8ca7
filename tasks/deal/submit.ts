import { openPacked } from "@holdfast/sdk/node";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { EXIT } from "../run/exit-codes.ts";
import { table } from "../run/output.ts";
import { whole } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";
import { submitCopies } from "./submit-copies.ts";

interface SubmitArguments extends CommonArguments {
  deal: string;
  url: string;
  folder: string;
  key: string;
}

export default command<SubmitArguments>(async ({ deal, url, folder, key }, context) => {
  const packed = await openPacked(folder);
  const connection = await context.connect();
  const { privateKey } = await connection.sender(key);
  const submissions = await inStage("Asking the provider to fetch the pieces", () =>
    submitCopies(connection, { dealId: whole("the deal", deal), packed, url, privateKey }),
  );
  const rows = submissions.map(({ copy, pieceCid, identifier, error }) => {
    return { copy, piece: pieceCid, identifier, answer: error ?? "taken" };
  });
  const failed = submissions.some(({ error }) => error !== undefined);
  return {
    json: { dealId: deal, submissions },
    text: submissions.length === 0 ? "No copy of it is still proposed." : table(rows),
    exitCode: failed ? EXIT.incomplete : EXIT.ok,
  };
});
