import { task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";

/** What every task takes. */
export interface CommonArguments {
  json: boolean;
}

/** What every task that sends takes as well. */
export interface WriteArguments extends CommonArguments {
  dryRun: boolean;
  yes: boolean;
  wait: string;
  key: string;
  from: string | undefined;
}

/** A task `npx hardhat <noun> <verb>`. */
export function reading(id: string[], description: string) {
  return task(id, description).addFlag({
    name: "json",
    description: "One JSON object on stdout, all else on stderr",
  });
}

/** A task that sends transactions. */
export function writing(id: string[], description: string) {
  return reading(id, description)
    .addFlag({ name: "dryRun", description: "Show the decoded calls and what they cost; sign nothing" })
    .addFlag({ name: "yes", description: "Do not ask, on mainnet neither" })
    .addOption({
      name: "wait",
      description: "How sure to wait for: included, safe or finalized",
      defaultValue: "included",
    })
    .addOption({
      name: "key",
      description:
        "Whose key: its name in Hardhat's keystore, or the number of one of the network's accounts",
      defaultValue: "0",
    })
    .addOption(text("from", "With --dry-run: the sender's address, in place of a key"));
}

/** An option that may be left out. */
export function text<const name extends string>(name: name, description: string) {
  return { name, description, type: ArgumentType.STRING_WITHOUT_DEFAULT, defaultValue: undefined } as const;
}
