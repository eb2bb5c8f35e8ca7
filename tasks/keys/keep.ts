import { formatFilecoinAddress, fromEvmAddress } from "@holdfast/sdk";
import { checkNewKeystore, createKeystore } from "@holdfast/sdk/node";
import type { UserInterruptionHooks } from "hardhat/types/hooks";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { CommonArguments } from "../define.ts";
import type { Context, Outcome } from "../run/command.ts";
import { nameOf } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";

export interface KeepArguments extends CommonArguments {
  name: string | undefined;
  file: string | undefined;
  force: boolean;
}

const LEAST_PASSWORD = 8;

/** Keeps a key where the arguments say: in a keystore file, or in Hardhat's keystore. Says its addresses, and never the key. */
export async function keep(
  args: KeepArguments,
  context: Context,
  keyOf: () => Hex | Promise<Hex>,
): Promise<Outcome> {
  if (args.file !== undefined) await checkNewKeystore(args.file);
  const privateKey = await keyOf();
  const { address } = privateKeyToAccount(privateKey);
  if (args.file !== undefined) {
    const password = await newPassword(context);
    await createKeystore(args.file, { password, privateKey });
    return told(address, { file: args.file });
  }
  const name = args.name ?? defaultName(context.hre);
  await putIntoHardhatKeystore(context, { name, force: args.force, privateKey });
  return told(address, { name });
}

function told(address: Address, where: { file: string } | { name: string }): Outcome {
  const filecoin = fromEvmAddress(address);
  const json = {
    ...{ address, mainnet: formatFilecoinAddress(filecoin, "mainnet") },
    ...{ testnet: formatFilecoinAddress(filecoin, "testnet"), ...where },
  };
  const kept = "file" in where ? `in ${where.file}, mode 0600` : `in Hardhat's keystore as ${where.name}`;
  const { mainnet, testnet } = json;
  return { json, text: fields({ address, mainnet, testnet, kept }) };
}

/** The name of the key that the network of --network is configured with. */
function defaultName({ config, globalOptions }: HardhatRuntimeEnvironment): string {
  const network = config.networks[globalOptions.network ?? ""];
  const [variable] = network?.type === "http" && Array.isArray(network.accounts) ? network.accounts : [];
  if (variable !== undefined) return nameOf(variable);
  throw new TaskConfigError(
    "The key needs a name.",
    "npx hardhat keys new <name>, or with --network calibration or filecoin",
  );
}

async function newPassword({ prompts }: Context): Promise<string> {
  const password = await prompts.askSecret("Password for the keystore file, 8 characters or more");
  if (password.length < LEAST_PASSWORD) {
    throw new TaskConfigError("The password is shorter than 8 characters.", "Choose a longer one");
  }
  if ((await prompts.askSecret("The same again")) !== password) {
    throw new TaskConfigError("The two passwords differ.", "Run it again");
  }
  return password;
}

/**
 * By Hardhat's own task, which asks for the keystore's password, and for the secret: that question is answered here.
 */
async function putIntoHardhatKeystore(
  { hre, note }: Context,
  { name, force, privateKey }: { name: string; force: boolean; privateKey: Hex },
): Promise<void> {
  let given = false;
  const handlers: Partial<UserInterruptionHooks> = {
    requestSecretInput: async (...[context, who, question, next]) => {
      if (!question.startsWith("Enter secret to store")) return next(context, who, question);
      given = true;
      return privateKey;
    },
  };
  hre.hooks.registerHandlers("userInterruptions", handlers);
  const said: string[] = [];
  const log = console.log;
  // What Hardhat says to people goes to stderr.
  console.log = (...parts: unknown[]) => void said.push(parts.join(" "));
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await hre.tasks.getTask(["keystore", "set"]).run({ key: name, force, dev: false });
    if (process.exitCode !== 0 || !given) {
      const why = said.join(" ").split("\n")[0] ?? "";
      throw new TaskConfigError(
        `Hardhat's keystore did not take the key. ${why}`,
        `npx hardhat keys new ${name} --force`,
      );
    }
  } finally {
    process.exitCode = before;
    console.log = log;
    hre.hooks.unregisterHandlers("userInterruptions", handlers);
    for (const line of said) note(line);
  }
}
