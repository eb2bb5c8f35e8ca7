import { reviewPack, reviewPackText } from "../../deploy/review-pack.ts";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { inStage } from "../run/progress.ts";
import { buildQuietly } from "./build.ts";

export default command<CommonArguments>(async (_args, context) => {
  const { client, contracts, compute } = await context.connect();
  const addresses = { ...(await contracts()), ...(await compute()) };
  await inStage("Compiling", () => buildQuietly(context.hre));
  const pack = await reviewPack(client, addresses, context.hre.artifacts);
  return { json: pack, text: reviewPackText(pack) };
});
