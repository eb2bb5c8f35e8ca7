import {
  announceEnvelopeCall,
  announceEnvelopeSync,
  type Envelope,
  getEnvelope,
  getProviderOwner,
  getRegistryParameters,
  postBondCall,
  postBondSync,
  registerProviderCall,
  registerProviderSync,
} from "@holdfast/sdk";
import { type Address, formatEther } from "viem";
import type { WriteArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { amount, evmAddress, minerId, whole } from "../run/parse.ts";
import { carryOut, type Step, senderAddress } from "../run/send.ts";

interface RegisterArguments extends WriteArguments {
  provider: string;
  bond: string;
  maxBondPerTib: string | undefined;
  maxBondAtStake: string | undefined;
  maxBondPerDay: string | undefined;
  maxExitBps: string | undefined;
  payee: string | undefined;
}

export default command<RegisterArguments>(async (args, context) => {
  const provider = minerId(args.provider);
  const connection = await context.connect();
  const { client } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const registry = { address: (await connection.contracts()).registry };
  const [owner, { envelopeDelay }, { head, text }] = await Promise.all([
    getProviderOwner(client, { ...registry, provider }),
    getRegistryParameters(client, registry),
    connection.time(),
  ]);
  const bond = amount("--bond", args.bond);
  const steps: Step[] = [];
  let envelope: Envelope | undefined;
  if (owner === 0n) {
    const given = envelopeOf(args, first(bond, address));
    envelope = given;
    const registration = { ...registry, provider, envelope: given, bond };
    steps.push({
      ...{ title: `Register f0${provider}`, contract: "ProviderRegistry" },
      call: registerProviderCall(client, registration),
      send: (by, onHash) => registerProviderSync(by, { ...registration, onHash }),
    });
  } else {
    if (bond > 0n) {
      const deposit = { ...registry, provider, amount: bond };
      steps.push({
        ...{ title: `Add ${formatEther(bond)} FIL of bond`, contract: "ProviderRegistry" },
        call: postBondCall(client, deposit),
        send: (by, onHash) => postBondSync(by, { ...deposit, onHash }),
      });
    }
    if (changesEnvelope(args)) {
      const { current } = await getEnvelope(client, { ...registry, provider });
      const announced = envelopeOf(args, current);
      envelope = announced;
      const announcement = { ...registry, provider, envelope: announced };
      steps.push({
        ...{ title: "Announce another envelope", contract: "ProviderRegistry" },
        call: announceEnvelopeCall(client, announcement),
        send: (by, onHash) => announceEnvelopeSync(by, { ...announcement, onHash }),
      });
    }
  }
  if (steps.length === 0) {
    throw new TaskConfigError(
      `f0${provider} is registered, and nothing was given to change.`,
      `npx hardhat provider register f0${provider} --bond <FIL>`,
    );
  }
  const since = owner === 0n ? "at once" : `from ${text(head + envelopeDelay)} on`;
  return carryOut(
    args,
    { context, connection, sender, address },
    {
      steps,
      costs: {
        bond: `${formatEther(bond)} FIL, which answers for deals until it is withdrawn`,
        envelope: envelope === undefined ? undefined : `${envelopeText(envelope)}; ${since}`,
      },
      figures: { bond, ...(envelope === undefined ? {} : { envelope }) },
      resume: `npx hardhat provider status f0${provider}`,
      outcome: () => ({
        json: { provider: `f0${provider}`, registered: owner === 0n, bond },
        text: fields({
          provider: `f0${provider}, ${owner === 0n ? "registered" : "changed"}`,
          next: `npx hardhat provider offer --provider f0${provider} --rate <tokens> --bond <FIL> --endpoint <url> --region <country> --capacity <size>`,
        }),
      }),
    },
  );
});

/** What a new provider's hot keys may do, unless it says otherwise: nothing beyond the bond that it posts. */
function first(bond: bigint, payee: Address): Envelope {
  return {
    maxBondPerTib: 100n * 10n ** 18n,
    maxBondAtStake: bond,
    maxBondPerDay: bond,
    maxExitBps: 2_500,
    payee,
  };
}

function changesEnvelope({
  maxBondPerTib,
  maxBondAtStake,
  maxBondPerDay,
  maxExitBps,
  payee,
}: RegisterArguments): boolean {
  return [maxBondPerTib, maxBondAtStake, maxBondPerDay, maxExitBps, payee].some(
    (given) => given !== undefined,
  );
}

function envelopeOf(args: RegisterArguments, before: Envelope): Envelope {
  const fil = (name: string, text: string | undefined, otherwise: bigint) =>
    text === undefined ? otherwise : amount(name, text);
  return {
    maxBondPerTib: fil("--max-bond-per-tib", args.maxBondPerTib, before.maxBondPerTib),
    maxBondAtStake: fil("--max-bond-at-stake", args.maxBondAtStake, before.maxBondAtStake),
    maxBondPerDay: fil("--max-bond-per-day", args.maxBondPerDay, before.maxBondPerDay),
    maxExitBps:
      args.maxExitBps === undefined ? before.maxExitBps : Number(whole("--max-exit-bps", args.maxExitBps)),
    payee: args.payee === undefined ? before.payee : evmAddress("--payee", args.payee),
  };
}

function envelopeText({ maxBondPerTib, maxBondAtStake, maxBondPerDay, maxExitBps, payee }: Envelope): string {
  const [perTib, atStake, perDay] = [maxBondPerTib, maxBondAtStake, maxBondPerDay].map((attoFil) =>
    formatEther(attoFil),
  );
  return `at most ${perTib} FIL per TiB, ${atStake} FIL at stake, ${perDay} FIL a day, ${maxExitBps} of 10,000 on exit, paid to ${payee}`;
}
