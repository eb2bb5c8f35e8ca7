import hre from "hardhat";
import { toHex } from "viem";
import { DEVNET_MNEMONIC } from "../chain/accounts.ts";
import { EPOCH_SECONDS } from "../chain/epochs.ts";
import type { RpcProvider } from "../chain/rpc-server.ts";
import type { LotusFace } from "./face.ts";
import { createLotus, type Lotus, type LotusOptions } from "./lotus.ts";

/** A Filecoin-like chain with funded accounts and nothing on it: what a test of a transaction or of a reader needs. */
export interface BareChain extends AsyncDisposable {
  readonly lotus: Lotus;
  readonly face: LotusFace;
  /** The chain beneath: contiguous, immediate, all-knowing. */
  readonly provider: RpcProvider;
  /** Lets epochs pass; nothing else does. */
  mine(epochs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Heights below are the deployer's: looking back must not reach below 0. */
const FIRST_EPOCH = 3_000;

/** Starts one, in this process, with the accounts of Hardhat's test mnemonic. */
export async function startBareChain(options: LotusOptions = {}): Promise<BareChain> {
  const connection = await hre.network.create({
    network: "devnet",
    override: {
      accounts: { mnemonic: DEVNET_MNEMONIC, count: 5 },
      initialDate: new Date(Date.UTC(2026, 0, 1)),
      initialBaseFeePerGas: 100n,
    },
  });
  const provider = connection.provider as RpcProvider;
  await provider.request({ method: "hardhat_mine", params: [toHex(FIRST_EPOCH), toHex(EPOCH_SECONDS)] });
  await provider.request({ method: "evm_setAutomine", params: [false] });
  const lotus = await createLotus(provider, {}, options);
  const face = await lotus.open(options);
  const stop = async () => {
    await lotus.stop();
    await connection.close();
  };
  return {
    ...{ lotus, face, provider, stop },
    mine: (epochs = 1) => lotus.mine(BigInt(epochs)),
    [Symbol.asyncDispose]: stop,
  };
}
