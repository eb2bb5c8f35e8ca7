import { compareCode } from "../../deploy/compare-code.ts";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { EXIT } from "../run/exit-codes.ts";
import { inStage } from "../run/progress.ts";
import { buildQuietly } from "./build.ts";

export default command<CommonArguments>(async (_args, context) => {
  const { client, contracts, compute } = await context.connect();
  const addresses = { ...(await contracts()), ...(await compute()) };
  await inStage("Compiling anew", () => buildQuietly(context.hre, { anew: true }));
  const code = await compareCode(client, addresses, context.hre.artifacts);
  const ok = code.every((comparison) => comparison.ok);
  const lines = code.map(
    ({ name, ok, found, codeHash }) => `${ok ? "ok   " : "WRONG"} ${name}: ${found}, ${codeHash}`,
  );
  return {
    json: { ok, code },
    text: [
      ...lines,
      ok ? "All code is what this source compiles to." : `fix: ${code.find(({ fix }) => fix)?.fix}`,
    ].join("\n"),
    exitCode: ok ? EXIT.ok : EXIT.error,
  };
});
