import hre from "hardhat";
import type { Address, Hex } from "viem";
import type { RpcProvider } from "./rpc-server.ts";

/**
 * Deploys a contract without constructor parameters at an address of one's choice, as if its deployer had had the nonce
 * for it: the constructor runs there, so that immutables and storage are what they would be.
 */
export async function runConstructor(
  provider: RpcProvider,
  address: Address,
  contract: string,
): Promise<void> {
  const { bytecode } = await hre.artifacts.readArtifact(contract);
  const [from] = (await provider.request({ method: "eth_accounts" })) as Address[];
  const putCode = (code: Hex) => provider.request({ method: "hardhat_setCode", params: [address, code] });
  await putCode(bytecode as Hex);
  // Called, it answers with the code to stay, of which the immutables are part; sent, it writes the storage.
  const code = (await provider.request({
    method: "eth_call",
    params: [{ from, to: address }, "latest"],
  })) as Hex;
  await provider.request({ method: "eth_sendTransaction", params: [{ from, to: address }] });
  await putCode(code);
}
