import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { KeystoreError, keystoreAddress } from "@holdfast/sdk/node";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { nameOf } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { table } from "../run/output.ts";

interface ListArguments extends CommonArguments {
  folder: string | undefined;
}

export default command<ListArguments>(async ({ folder }, { hre }) => {
  const users = networksByKey(hre);
  const kept = new Set(await hardhatKeys(hre));
  const keys = [...new Set([...kept, ...users.keys()])].sort().map((name) => ({
    ...{ name, networks: (users.get(name) ?? []).join(", ") },
    source:
      process.env[name] !== undefined ? "environment" : kept.has(name) ? "Hardhat's keystore" : "missing",
  }));
  const files = folder === undefined ? [] : await filesIn(folder);
  const list = folder === undefined ? "" : `\n\n${table(files)}`;
  return { json: { keys, files }, text: `${table(keys)}${list}` };
});

/** Which networks use which key, by its name. */
function networksByKey({ config }: HardhatRuntimeEnvironment): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const [network, { type, accounts }] of Object.entries(config.networks)) {
    if (type !== "http" || !Array.isArray(accounts)) continue;
    for (const account of accounts) {
      if (!("name" in account)) continue;
      const name = nameOf(account as Parameters<typeof nameOf>[0]);
      users.set(name, [...(users.get(name) ?? []), network]);
    }
  }
  return users;
}

/** The names, which stand unencrypted in Hardhat's keystore. */
async function hardhatKeys({ config }: HardhatRuntimeEnvironment): Promise<string[]> {
  const { filePath } = (config as unknown as { keystore: { filePath: string } }).keystore;
  const text = await readFile(filePath, "utf8").catch(() => undefined);
  if (text === undefined) return [];
  const { secrets = {} } = JSON.parse(text) as { secrets?: Record<string, unknown> };
  return Object.keys(secrets);
}

async function filesIn(folder: string) {
  const names = await readdir(folder).catch(() => {
    throw new TaskConfigError(`There is no folder ${folder}.`, "npx hardhat keys list --folder <folder>");
  });
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const path = join(folder, name);
      try {
        return { path, address: (await keystoreAddress(path)) ?? "not named", problem: "" };
      } catch (error) {
        if (!(error instanceof KeystoreError)) throw error;
        // Of what else lies there nothing is said.
        return error.name === "KeystoreModeError"
          ? { path, address: "", problem: error.shortMessage }
          : undefined;
      }
    }),
  );
  return found.filter((file) => file !== undefined);
}
