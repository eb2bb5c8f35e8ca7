import type { RpcMethods, RpcProvider } from "../chain/rpc-server.ts";
import type { Seed } from "./chance.ts";
import { createEpochMaker, type EpochMaker, type EpochMakerOptions } from "./epoch-maker.ts";
import { type LotusFace, openFace } from "./face.ts";
import type { FaultOptions } from "./faults.ts";
import type { LogLimits } from "./get-logs.ts";
import type { ClientStyle } from "./methods.ts";
import type { Finality } from "./tipsets.ts";
import { createTurns, type Turns } from "./turns.ts";

/** How the chain behaves. */
export interface LotusChainOptions {
  /** Everything that happens by chance follows from it. Default 1. */
  seed?: Seed;
  /** The chance of an epoch to be a null round, or which are. Default 0.1. */
  nullRounds?: EpochMakerOptions["nullRounds"];
  /** Reorganisations that happen by themselves. Default: none. */
  reorgs?: EpochMakerOptions["reorgs"];
  /** Messages of one sender that the mempool takes. Default 100, a gateway's. */
  maxPending?: number;
}

/** How one endpoint on it behaves. */
export interface LotusFaceOptions extends Partial<LogLimits> {
  /** Default lotus. */
  style?: ClientStyle;
  /** Epochs that `safe` and `finalized` lie behind the head. Default 200 and 20. */
  finality?: Finality;
  faults?: FaultOptions;
  port?: number;
}

export type LotusOptions = LotusChainOptions & LotusFaceOptions;

/** A Filecoin chain's ways on a chain that makes a block whenever it is told to. */
export interface Lotus
  extends Pick<EpochMaker, "mine" | "waiting" | "hold" | "reorg" | "mempool" | "counts"> {
  /** Opens another endpoint on the same chain, as another node of the network. */
  open(options?: LotusFaceOptions): Promise<LotusFace>;
  /** What to know to have it happen again. */
  readonly description: string;
  /** Closes every endpoint. */
  stop(): Promise<void>;
}

const FINALITY: Finality = { safe: 200, finalized: 20 };

/**
 * Takes over a chain whose automatic mining is off: whoever makes blocks must do so by `mine`.
 * @param methods beyond the Ethereum API, by name
 */
export async function createLotus(
  provider: RpcProvider,
  methods: RpcMethods,
  options: LotusChainOptions = {},
  turns: Turns = createTurns(),
): Promise<Lotus> {
  const { seed = 1, nullRounds = 0.1, reorgs, maxPending = 100 } = options;
  const maker = await createEpochMaker({
    ...{ provider, turns, seed, nullRounds, maxPending },
    ...(reorgs === undefined ? {} : { reorgs }),
  });
  const faces: LotusFace[] = [];
  const happens = reorgs ? `, reorganised every ${reorgs.every} epochs up to ${reorgs.maxDepth} deep` : "";
  return {
    ...{
      mine: maker.mine,
      waiting: maker.waiting,
      hold: maker.hold,
      reorg: maker.reorg,
      mempool: maker.mempool,
      counts: maker.counts,
    },
    description: `seed ${seed}, null rounds ${typeof nullRounds === "number" ? nullRounds : "as scripted"}${happens}`,
    async open({ style = "lotus", finality = FINALITY, faults, port = 0, ...given } = {}) {
      const limits = {
        maxRange: 2880,
        maxResults: 10_000,
        retention: undefined,
        pruned: "refuse",
        ...given,
      } as const;
      const face = await openFace({
        ...{ provider, maker, turns, seed, style, finality, limits, others: methods, port },
        ...(faults === undefined ? {} : { faults }),
      });
      faces.push(face);
      return face;
    },
    stop: async () => {
      await Promise.all(faces.map((face) => face.stop()));
    },
  };
}
