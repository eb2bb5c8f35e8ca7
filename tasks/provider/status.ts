import {
  getBond,
  getEnvelope,
  getFreeBond,
  getProviderOwner,
  getRegistryParameters,
  listOffers,
} from "@holdfast/sdk";
import { formatEther } from "viem";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields, table } from "../run/output.ts";
import { minerId, sizeText } from "../run/parse.ts";
import { stateOf } from "./list.ts";
import { monthlyPrice } from "./price.ts";

interface StatusArguments extends CommonArguments {
  provider: string;
}

const fil = (amount: bigint) => `${formatEther(amount)} FIL`;

export default command<StatusArguments>(async (args, context) => {
  const provider = minerId(args.provider);
  const { client, contracts, time } = await context.connect();
  const address = (await contracts()).registry;
  const owner = await getProviderOwner(client, { address, provider });
  if (owner === 0n) {
    throw new TaskConfigError(
      `Provider f0${provider} is not registered.`,
      `npx hardhat provider register f0${provider} --bond <FIL>`,
    );
  }
  const [bond, free, envelope, all, { day }, { head, text }] = await Promise.all([
    getBond(client, { address, provider }),
    getFreeBond(client, { address, provider }),
    getEnvelope(client, { address, provider }),
    listOffers(client, { address }),
    getRegistryParameters(client, { address }),
    time(),
  ]);
  const offers = all.filter((offer) => offer.provider === provider);
  const { maxBondPerTib, maxBondAtStake, maxBondPerDay, maxExitBps, payee } = envelope.current;
  const pending =
    envelope.effective === undefined ? undefined : `another one from ${text(envelope.effective)}`;
  return {
    json: { provider: `f0${provider}`, owner: `f0${owner}`, bond: { ...bond, free }, envelope, offers },
    text: [
      fields({ provider: `f0${provider}`, "miner's owner": `f0${owner}`, payee }),
      "\nBOND",
      fields({
        ...{ posted: fil(bond.posted), "locked by deals": fil(bond.locked), free: fil(free) },
        unbonding:
          bond.unbonding === 0n
            ? undefined
            : `${fil(bond.unbonding)}, free to withdraw at ${text(bond.unbondingUntil)}`,
      }),
      "\nENVELOPE (what hot keys may commit it to)",
      fields({
        ...{
          "bond per TiB": fil(maxBondPerTib),
          "at stake": fil(maxBondAtStake),
          "per day": fil(maxBondPerDay),
        },
        ...{ "exit share": `${maxExitBps} of 10,000`, pending },
      }),
      "\nOFFERS",
      table(
        offers.map((offer) => ({
          ...{ offer: offer.offerId, version: offer.version, state: stateOf(offer, head) },
          "tokens/TiB/30 d": monthlyPrice(offer.terms.ratePerTib, day),
          ...{ "in use": sizeText(offer.reservedBytes), capacity: sizeText(offer.terms.capacity) },
          endpoint: offer.terms.endpoint,
        })),
      ),
    ].join("\n"),
  };
});
