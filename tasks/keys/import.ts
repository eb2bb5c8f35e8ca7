import { readKeystore } from "@holdfast/sdk/node";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Context, command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { type KeepArguments, keep } from "./keep.ts";

interface ImportArguments extends KeepArguments {
  source: string | undefined;
}

export default command<ImportArguments>((args, context) => keep(args, context, () => given(args, context)));

async function given({ source }: ImportArguments, { prompts }: Context): Promise<Hex> {
  if (source !== undefined) {
    return (await readKeystore(source, await prompts.askSecret(`Password of ${source}`))).privateKey;
  }
  const text = (await prompts.askSecret("Private key, 64 hex digits")).trim().replace(/^0x/i, "");
  try {
    privateKeyToAccount(`0x${text}`);
  } catch {
    // What was typed is not repeated: it may be most of a key.
    throw new TaskConfigError("That is no private key.", "npx hardhat keys import: 64 hex digits, 0x or not");
  }
  return `0x${text}`;
}
