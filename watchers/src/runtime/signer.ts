import type { Address, Hex, TransactionSerializableEIP1559 } from "viem";

/**
 * Whoever holds the key: a keystore file, a KMS, another machine. Nothing else of it is asked. viem's local accounts are
 * signers.
 */
export interface Signer {
  readonly address: Address;
  /** The serialized transaction with its signature. */
  signTransaction(transaction: TransactionSerializableEIP1559): Promise<Hex>;
}
