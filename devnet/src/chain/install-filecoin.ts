import { maskedId } from "@holdfast/sdk";
import hre from "hardhat";
import type { Abi, Address } from "viem";
import { ADDRESS_REGISTRY, DOUBLES, NATIVE_ACTORS, POWER_ACTOR } from "./double-code.ts";
import type { Sender } from "./messages.ts";
import type { RpcProvider } from "./rpc-server.ts";

/** What the devnet's owner may do that on Filecoin the network does. */
export interface Filecoin {
  /** The actor id of an Ethereum address, so that the id can be translated back; again: the same. */
  register(account: Address): Promise<bigint>;
  /** A new miner actor. */
  createMiner(owner: Address, worker: Address, sectorSize: bigint): Promise<bigint>;
}

/**
 * Puts the doubles of contracts/mocks/fvm where Filecoin's precompiles and actors are.
 * @param admin owns them from now on
 */
export async function installFilecoin(provider: RpcProvider, admin: Sender): Promise<Filecoin> {
  const putCode = async (address: Address, contract: string) => {
    const { deployedBytecode } = await hre.artifacts.readArtifact(contract);
    await provider.request({ method: "hardhat_setCode", params: [address, deployedBytecode] });
  };
  const abiOf = async (contract: string) =>
    (await hre.artifacts.readArtifact(contract)).abi as unknown as Abi;
  for (const [address, contract] of DOUBLES) await putCode(address, contract);

  const registryAbi = await abiOf("AddressRegistry");
  // Nobody else administers the registry, so that what was tried is what happened.
  const registry = async (functionName: string, args: readonly unknown[]) =>
    (await admin.send({ abi: registryAbi, address: ADDRESS_REGISTRY, functionName, args })).result;
  await registry("initialize", [admin.address]);
  for (const actor of NATIVE_ACTORS) await registry("registerNative", [actor]);

  const [minerAbi, powerAbi] = [await abiOf("MinerActor"), await abiOf("PowerActor")];
  const register = async (account: Address) => (await registry("registerEthereum", [account])) as bigint;
  return {
    register,
    async createMiner(owner, worker, sectorSize) {
      const args = [await register(owner), await register(worker), [], sectorSize];
      const id = (await registry("newNative", [])) as bigint;
      await putCode(maskedId(id), "MinerActor");
      await admin.send({ abi: minerAbi, address: maskedId(id), functionName: "initialize", args });
      await admin.send({
        abi: powerAbi,
        address: maskedId(POWER_ACTOR),
        functionName: "register",
        args: [id],
      });
      return id;
    },
  };
}
