import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { EXIT } from "../run/exit-codes.ts";
import { fields, table } from "../run/output.ts";
import { whole } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";
import { askProvider } from "./ask-provider.ts";

interface SubmitArguments extends CommonArguments {
  deal: string;
  url: string;
  key: string;
}

export default command<SubmitArguments>(async ({ deal, url, key }, context) => {
  const connection = await context.connect();
  const { privateKey } = await connection.sender(key);
  const submission = await inStage("Asking the provider to fetch the pieces", () =>
    askProvider(connection, { dealId: whole("the deal", deal), url, privateKey }),
  );
  const { copies, error } = submission;
  if (error !== undefined) {
    const next = `npx hardhat deal submit ${deal} <url>, again later`;
    return { json: submission, text: fields({ refused: error, next }), exitCode: EXIT.incomplete };
  }
  return {
    json: submission,
    text: copies.length === 0 ? "No copy of it is still proposed." : table(copies),
  };
});
