import {
  addresses,
  type Check,
  type CodePins,
  checkAccount,
  checkApproval,
  checkBindings,
  checkChainId,
  checkCode,
  checkComputeBindings,
  checkDaemon,
  checkFilecoinPay,
  checkFinality,
  checkHead,
  checkNullRounds,
  checkStateCall,
  checkToken,
  codeHashOf,
} from "@holdfast/sdk";
import { checkKeystore, checkNodeVersion } from "@holdfast/sdk/node";
import type { Address } from "viem";
import { pinOf } from "../../deploy/preflight.ts";
import type { CommonArguments } from "../define.ts";
import { type Context, command, reasonFor } from "../run/command.ts";
import type { Connection, Contracts } from "../run/connection.ts";
import { pinsPath, readPins, writePins } from "../run/deployment.ts";
import { EXIT, TaskConfigError } from "../run/exit-codes.ts";
import { evmAddress } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";

interface DoctorArguments extends CommonArguments {
  key: string;
  from: string | undefined;
  token: string | undefined;
  daemon: string | undefined;
  keystore: string | undefined;
  pin: boolean;
}

export default command<DoctorArguments>(async (args, context) => {
  const checks: Check[] = [checkNodeVersion()];
  if (args.keystore !== undefined) checks.push(await checkKeystore(args.keystore));
  if (args.daemon !== undefined) checks.push(await checkDaemon(args.daemon));
  const pinned = await inStage("Looking at the chain, the contracts and the account", (tell) =>
    lookAtChain(args, context, checks, tell),
  );
  const failures = checks.filter(({ ok }) => !ok);
  const lines = checks.map(({ name, ok, found, fix }) => {
    return `${ok ? "ok   " : "WRONG"} ${name}: ${found}${ok ? "" : `\n      fix: ${fix}`}`;
  });
  const verdict =
    failures.length === 0 ? "Nothing is wrong." : `Wrong: ${failures.map(({ name }) => name).join(", ")}.`;
  return {
    json: { ok: failures.length === 0, checks, ...(pinned === undefined ? {} : { pinned }) },
    text: [...lines, ...(pinned === undefined ? [] : [`Pinned in ${pinned}.`]), verdict].join("\n"),
    exitCode: failures.length === 0 ? EXIT.ok : EXIT.error,
  };
});

/** Adds to `checks`, as far as one rests on another. @returns the file of the pins, if --pin wrote it */
async function lookAtChain(
  args: DoctorArguments,
  context: Context,
  checks: Check[],
  tell: (line: string) => void,
): Promise<string | undefined> {
  const connection = await context.connect();
  const { client } = connection;
  const usdfc = await connection.usdfc();
  const token = args.token === undefined ? usdfc : evmAddress("--token", args.token);
  if (args.pin && token?.toLowerCase() !== usdfc?.toLowerCase()) {
    throw new TaskConfigError(
      `--pin records this chain's USDFC (${usdfc ?? "none is known"}), and --token names another token.`,
      "npx hardhat fil doctor --pin: without --token",
    );
  }
  const chain = await checkChainId(client);
  checks.push(chain);
  // Of a chain that does not answer, or is another, the rest would only be noise.
  if (!chain.ok) {
    return unpinned(args, checks, { found: "the chain cannot be looked at", fix: chain.fix! });
  }
  tell("the chain");
  checks.push(
    ...(await checkHead(client, Date.now() / 1000)),
    ...(await Promise.all([checkNullRounds(client), checkFinality(client), checkStateCall(client)])),
  );
  const account = await accountOf(args, connection, checks);
  if (account !== undefined) checks.push(await checkAccount(client, account));
  tell("the contracts");
  const contracts = await deployed(connection, checks);
  // Others deployed Filecoin Pay: where it is, is known before Holdfast is there.
  const pay = contracts?.pay ?? addresses[client.chain.id]?.FilecoinPay;
  return lookAtContracts(args, connection, checks, { contracts, pay, token, account });
}

interface Looked {
  contracts: Contracts | undefined;
  pay: Address | undefined;
  token: Address | undefined;
  account: Address | undefined;
}

async function lookAtContracts(
  args: DoctorArguments,
  connection: Connection,
  checks: Check[],
  { contracts, pay, token, account }: Looked,
): Promise<string | undefined> {
  const { client } = connection;
  const pins = await readPins(connection.place);
  const compute = await connection.compute().catch(() => undefined);
  const [others, own] = await Promise.all([
    Promise.all([
      pay === undefined ? [] : checkFilecoinPay(client, pay, pinOf(pins, "FilecoinPay", pay)),
      token === undefined ? [] : checkToken(client, token, pinOf(pins, "USDFC", token)),
    ]),
    contracts === undefined
      ? []
      : Promise.all([
          checkCode(client, contracts.deals, { name: "StorageDeals" }),
          checkBindings(client, contracts),
          compute === undefined ? [] : checkComputeBindings(client, { ...contracts, ...compute }),
        ]),
  ]);
  checks.push(...others.flat(), ...own.flat());
  if (contracts !== undefined && account !== undefined && token !== undefined) {
    checks.push(
      ...(await checkApproval(client, {
        pay: contracts.pay,
        token,
        client: account,
        operator: contracts.deals,
      })),
    );
  }
  if (!args.pin) return undefined;
  if (pay === undefined || token === undefined) {
    return unpinned(args, checks, {
      found: "where Filecoin Pay and USDFC are on this chain is not known",
      fix: checks.find(({ name }) => name === "deployment")?.fix ?? "npx hardhat devnet",
    });
  }
  const wrong = others.flat().filter(({ ok }) => !ok);
  if (wrong.length > 0) {
    return unpinned(args, checks, {
      found: `wrong are ${wrong.map(({ name }) => name).join(", ")}`,
      fix: "Mend these first.",
    });
  }
  return pin(connection, pins, { FilecoinPay: pay, USDFC: token });
}

/** First use is trusted, once: what is pinned already is never replaced. */
async function pin(
  { client, place }: Connection,
  before: CodePins,
  contracts: Record<string, Address>,
): Promise<string> {
  const pins: CodePins = { ...before };
  for (const [name, address] of Object.entries(contracts)) {
    if (pins[name] !== undefined && pins[name].address.toLowerCase() !== address.toLowerCase()) {
      throw new TaskConfigError(
        `${name} is pinned at ${pins[name].address}, not at ${address}.`,
        `Look at ${pinsPath(place)}: remove the entry only if you know why the address changed`,
      );
    }
    pins[name] = { address, codeHash: (await codeHashOf(client, address))! };
  }
  return writePins(place, pins);
}

/** With --pin: a check that fails, so that what the others found is told as well. */
function unpinned(
  args: DoctorArguments,
  checks: Check[],
  { found, fix }: { found: string; fix: string },
): undefined {
  if (args.pin) checks.push({ name: "pin", ok: false, found: `Nothing was pinned: ${found}`, fix });
  return undefined;
}

async function accountOf(
  { key, from }: DoctorArguments,
  connection: Connection,
  checks: Check[],
): Promise<Address | undefined> {
  if (from !== undefined) return evmAddress("--from", from);
  if (key === "none") return undefined;
  try {
    return (await connection.sender(key)).account.address;
  } catch (error) {
    const { message, next } = reasonFor(error);
    checks.push({ name: "key", ok: false, found: message, fix: next });
    return undefined;
  }
}

async function deployed(connection: Connection, checks: Check[]): Promise<Contracts | undefined> {
  const name = "deployment";
  try {
    const contracts = await connection.contracts();
    checks.push({ name, ok: true, found: `StorageDeals at ${contracts.deals}` });
    return contracts;
  } catch (error) {
    const { message, next } = reasonFor(error);
    checks.push({ name, ok: false, found: message, fix: next });
    return undefined;
  }
}
