import { maskedId } from "@holdfast/sdk";
import { type Abi, type Address, concatHex, type Hex, numberToHex, type PublicClient } from "viem";
import type {
  CurioDealView,
  MarketVerdict,
  ProviderChain,
  SectorPiece,
  SectorState,
} from "../provider/provider-chain.ts";
import { ACTOR_ROUTER } from "./double-code.ts";
import type { Sender } from "./messages.ts";
import { verifyMarketDeal } from "./verify-deal-call.ts";

/** ABIs that a miner's driver needs, as compiled. */
export interface MinerAbis {
  miner: Abi;
  router: Abi;
  dealView: Abi;
}

export interface MinerOptions {
  id: bigint;
  sectorSize: bigint;
  abis: MinerAbis;
  client: PublicClient;
  /** The worker: sends the provider's own messages. */
  worker: Sender;
  /** Sends what on Filecoin nobody sends: the end of a deadline. */
  cron: Sender;
  /** Epochs within which every sector must be proven. */
  provingPeriod: bigint;
}

/** A miner actor, as its provider drives it and as the end of its deadlines does. */
export interface Miner extends ProviderChain {
  /** Sectors not proven within the proving period become faulty. */
  endDeadline(epoch: bigint): Promise<void>;
}

const GENERATE_SECTOR_LOCATION = 1_321_604_665n;
const CBOR_CODEC = 0x51n;
/** CBOR of the location of a sector that does not exist: [-1, -1]. */
const NOWHERE = "822020";
/** Binary CIDv1: fil-commitment-unsealed, sha2-256-trunc254-padded, 32 bytes. */
const UNSEALED_CID_PREFIX = "0x0181e203922020";

export function createMiner(options: MinerOptions): Miner {
  const { id, sectorSize, abis, client, worker, cron, provingPeriod } = options;
  const address = maskedId(id);
  /** When each sector was last proven. */
  const proven = new Map<bigint, bigint>();
  const message = (functionName: string, args: readonly unknown[]) => ({
    abi: abis.miner,
    address,
    functionName,
    args,
  });
  const epoch = () => client.getBlockNumber({ cacheTime: 0 });

  /** GenerateSectorLocation: status and location of a sector, from the actor. */
  async function stateOf(sector: bigint): Promise<SectorState> {
    const answer = (await client.readContract({
      abi: abis.router,
      address: ACTOR_ROUTER,
      functionName: "invoke",
      args: [id, GENERATE_SECTOR_LOCATION, CBOR_CODEC, concatHex(["0x81", cborUint(sector)])],
    })) as Hex;
    // [status, location]
    if (answer.endsWith(NOWHERE)) return "absent";
    return (["dead", "active", "faulty"] as const)[Number(`0x${answer.slice(4, 6)}`)]!;
  }

  async function inState(sectors: Iterable<bigint>, state: SectorState): Promise<bigint[]> {
    const states = await Promise.all(
      [...sectors].map(async (sector) => [sector, await stateOf(sector)] as const),
    );
    return states.filter(([, found]) => found === state).map(([sector]) => sector);
  }

  return {
    minerId: id,
    sectorSize,
    epoch,
    sectorState: stateOf,
    async actorExists(account) {
      const [code, balance] = await Promise.all([
        client.getCode({ address: account }),
        client.getBalance({ address: account }),
      ]);
      return code !== undefined || balance > 0n;
    },
    verifyDeal: (market: Address, view: CurioDealView): Promise<MarketVerdict> =>
      verifyMarketDeal(client, abis.dealView, market, view),
    async commitSector(sector: bigint, commitment: bigint, pieces: SectorPiece[]) {
      const manifests = pieces.map(({ commitment: root, paddedSize, notify }) => ({
        cid: concatHex([UNSEALED_CID_PREFIX, root]),
        size: paddedSize,
        notify: notify.map(({ address: notifee, payload }) => ({ notifee, payload })),
      }));
      const activation = { sector, expiration: commitment, pieces: manifests };
      await worker.send(message("proveCommitSectors", [[activation], true]));
      proven.set(sector, await epoch());
    },
    async submitProof(sound, lost) {
      const now = await epoch();
      const [recovered, faulty] = await Promise.all([inState(sound, "faulty"), inState(lost, "active")]);
      if (recovered.length > 0) await worker.send(message("recoverFaults", [recovered]));
      if (faulty.length > 0) await worker.send(message("declareFaults", [faulty]));
      for (const sector of [...sound, ...lost]) proven.set(sector, now);
    },
    async terminateSectors(sectors) {
      await worker.send(message("terminateSectors", [sectors]));
    },
    async endDeadline(now) {
      const late = [...proven].filter(([, at]) => at + provingPeriod < now).map(([sector]) => sector);
      const faulty = await inState(late, "active");
      if (faulty.length > 0) await cron.send(message("declareFaults", [faulty]));
    },
  };
}

/** A CBOR unsigned integer in its shortest form. */
function cborUint(value: bigint): Hex {
  if (value < 24n) return numberToHex(value, { size: 1 });
  const size = value < 1n << 8n ? 1 : value < 1n << 16n ? 2 : value < 1n << 32n ? 4 : 8;
  return concatHex([numberToHex(0x18 + Math.log2(size), { size: 1 }), numberToHex(value, { size })]);
}
