import type { Step } from "@holdfast/watchers";
import { formatEther, parseEventLogs } from "viem";
import type { Stage } from "./stage.ts";

/** What became of one copy of one piece. */
export interface CopyReceipt {
  deal: string;
  piece: string;
  provider: string;
  sector: string | null;
  state: string;
  epochsProven: string;
}

/** A deal's money. USDFC as decimal text. */
export interface DealReceipt {
  deal: string;
  provider: string;
  copies: number;
  /** Streamed by the rail for proven epochs, gross. */
  paid: string;
  /** What the proven epochs of all copies are worth at their rates up to where the rail is settled. */
  earned: string;
}

/** A provider's money, FIL as decimal text. */
export interface BondReceipt {
  provider: string;
  posted: string;
  locked: string;
  slashed: string;
}

/** Reads what the chain holds now, and what Filecoin Pay's events say was paid. */
export async function readReceipt({ contracts, devnet }: Stage, { state }: Step) {
  // The network's own view: it has every log from the start.
  const { client } = devnet.chain;
  const settlements = parseEventLogs({
    abi: contracts.pay.abi,
    eventName: "RailSettled",
    logs: await client.getLogs({ address: contracts.pay.address, fromBlock: 0n }),
  });
  const copies: CopyReceipt[] = [];
  const deals: DealReceipt[] = [];
  for (const deal of state.deals) {
    const ofRail = settlements.filter(({ args }) => args.railId === deal.dealId);
    const paid = ofRail.reduce((sum, { args }) => sum + args.totalSettledAmount, 0n);
    const settledUpTo = ofRail.at(-1)?.args.settledUpTo ?? 0n;
    let earned = 0n;
    for (const copy of deal.copies) {
      const { rate } = await client.readContract({
        ...contracts.deals,
        functionName: "copyOf",
        args: [copy.copyId],
      });
      const proven = async (to: bigint) =>
        copy.activation === 0n
          ? 0n
          : client.readContract({
              ...contracts.evidence,
              functionName: "provenBetween",
              args: [(deal.provider << 64n) | copy.sector, copy.activation, to],
            });
      const last = copy.close === 0n ? state.epoch : copy.close;
      earned += rate * (await proven(last < settledUpTo ? last : settledUpTo));
      copies.push({
        deal: `${deal.dealId}`,
        piece: copy.commitment,
        provider: `f0${deal.provider}`,
        sector: copy.activation === 0n ? null : `${copy.sector}`,
        state: copy.current,
        epochsProven: `${await proven(last)}`,
      });
    }
    deals.push({
      ...{ deal: `${deal.dealId}`, provider: `f0${deal.provider}`, copies: deal.copies.length },
      ...{ paid: formatEther(paid), earned: formatEther(earned) },
    });
  }
  const bonds: BondReceipt[] = [];
  for (const { minerId } of devnet.providers) bonds.push(await readBond(devnet, client, minerId));
  return { copies, deals, bonds };
}

export type ChainReceipt = Awaited<ReturnType<typeof readReceipt>>;

async function readBond(
  devnet: Stage["devnet"],
  client: Stage["client"],
  minerId: bigint,
): Promise<BondReceipt> {
  const registry = { address: devnet.contracts.registry, abi: await devnet.chain.abiOf("IProviderRegistry") };
  const bond = (await client.readContract({ ...registry, functionName: "bondOf", args: [minerId] })) as {
    posted: bigint;
    locked: bigint;
  };
  const slashes = parseEventLogs({
    abi: registry.abi,
    eventName: "ProviderBondSlashed",
    logs: await client.getLogs({ address: registry.address, fromBlock: 0n }),
  }) as unknown as {
    args: { provider: bigint; toClient: bigint; toReporter: bigint; burned: bigint };
  }[];
  const slashed = slashes
    .filter(({ args }) => args.provider === minerId)
    .reduce((sum, { args }) => sum + args.toClient + args.toReporter + args.burned, 0n);
  return {
    ...{ provider: `f0${minerId}`, posted: formatEther(bond.posted), locked: formatEther(bond.locked) },
    slashed: formatEther(slashed),
  };
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly object[]): string {
  const first = rows[0];
  if (first === undefined) return "";
  const head = Object.keys(first);
  const cells = [head, ...rows.map((row) => Object.values(row).map((value) => `${value ?? "-"}`))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
