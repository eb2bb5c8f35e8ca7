import { bytesToHex, type Hex } from "viem";
import { mnemonicToAccount, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

/** The public test mnemonic: worthless anywhere but on a devnet. */
export const DEVNET_MNEMONIC = "test test test test test test test test test test test junk";

export interface DevnetAccount {
  privateKey: Hex;
  account: PrivateKeyAccount;
}

export interface DevnetAccounts {
  /** Owns the doubles and deployed the contracts. */
  deployer: DevnetAccount;
  /** Pays for deals. */
  client: DevnetAccount;
  /** Calls what anyone may call. */
  keeper: DevnetAccount;
  providers: { owner: DevnetAccount; worker: DevnetAccount }[];
}

/** How many accounts a devnet with so many providers has. */
export function accountCount(providers: number): number {
  return 3 + 2 * providers;
}

/** The accounts of a devnet, the same in every run. */
export function devnetAccounts(providers: number): DevnetAccounts {
  const [deployer, client, keeper] = [accountAt(0), accountAt(1), accountAt(2)];
  return {
    deployer,
    client,
    keeper,
    providers: Array.from({ length: providers }, (_, index) => ({
      owner: accountAt(3 + 2 * index),
      worker: accountAt(4 + 2 * index),
    })),
  };
}

function accountAt(addressIndex: number): DevnetAccount {
  const { privateKey } = mnemonicToAccount(DEVNET_MNEMONIC, { addressIndex }).getHdKey();
  const hex = bytesToHex(privateKey as Uint8Array);
  return { privateKey: hex, account: privateKeyToAccount(hex) };
}
