import { expect } from "chai";
import { classifySendError, type SendErrorClass } from "./classify-send-error.ts";

/** What nodes say, by node. */
const STRINGS: readonly (readonly [string, string, SendErrorClass])[] = [
  ["geth", "already known", "accepted"],
  ["geth", "nonce too low: next nonce 502, tx nonce 429", "taken"],
  ["geth", "nonce too high: tx nonce 9, gapped nonce 4", "retry"],
  ["geth", "replacement transaction underpriced", "rebuild"],
  ["geth", "transaction underpriced: gas tip cap 1, minimum needed 1000000", "rebuild"],
  ["geth", "max fee per gas less than block base fee: address 0x, maxFeePerGas: 1, baseFee: 7", "rebuild"],
  ["geth", "intrinsic gas too low: gas 21000, minimum needed 53000", "rebuild"],
  ["geth", "insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1", "fatal"],
  [
    "geth",
    "insufficient funds for gas * price + value: balance 1, queued cost 1, tx cost 1, overshot 1",
    "fatal",
  ],
  ["geth", "exceeds block gas limit", "fatal"],
  ["geth", "invalid sender: invalid chain id for signer: have 1 want 314", "fatal"],
  ["geth", "oversized data: transaction size 140000, limit 131072", "fatal"],
  ["geth", "transaction type not supported: tx type 3 not supported by this pool", "fatal"],
  ["geth", "txpool is full", "retry"],
  ["geth", "account limit exceeded: pooled 64 txs", "retry"],
  [
    "Lotus",
    "failed to add locked: message from f410fabc with nonce 4 already in mpool: message with nonce already exists",
    "accepted",
  ],
  [
    "Lotus",
    "failed to add locked: message from f410fabc with nonce 4 already in mpool, increase GasPremium to 923651 from 200000 to trigger replace by fee: replace by fee has too low GasPremium",
    "rebuild",
  ],
  ["Lotus", "minimum expected nonce is 9, got 4: message nonce too low", "taken"],
  [
    "Lotus",
    "failed to add locked: message nonce has too big a gap from expected nonce (Nonce: 9, nextNonce: 4): unfulfilled nonce gap",
    "retry",
  ],
  [
    "Lotus",
    "rejecting replace by fee because of nonce gap (Nonce: 9, nextNonce: 4): unfulfilled nonce gap",
    "retry",
  ],
  [
    "Lotus",
    "failed to check balance: not enough funds (required: 2 FIL, balance: 1 FIL): not enough funds to execute transaction",
    "fatal",
  ],
  [
    "Lotus",
    "failed to check balance: not enough funds including pending messages (required: 2 FIL, balance: 1 FIL): validation failure",
    "fatal",
  ],
  ["Lotus", "gas fee cap too low", "rebuild"],
  [
    "Lotus",
    "verify msg failed: GasFeeCap doesn't meet base fee lower bound for inclusion in the next 20 blocks (GasFeeCap: 1, baseFeeLowerBound: 7): validation failure",
    "rebuild",
  ],
  [
    "Lotus",
    "verify msg failed: message will not be included in a block: 'GasLimit' field cannot be less than the cost of storing a message on chain 300000 < 417863",
    "rebuild",
  ],
  [
    "Lotus",
    "message not valid for block inclusion: 'GasLimit' field cannot be greater than a block's gas limit (10000000001 > 10000000000)",
    "fatal",
  ],
  ["Lotus", "mpool message too large (70000B): message too big", "fatal"],
  ["Lotus", "failed to add locked: too many pending messages for actor", "retry"],
  ["Lotus", "resolution lookup failed (f410fabc): resolve address f410fabc: actor not found", "fatal"],
  ["Lotus", "sender actor f410fabc is not a valid top-level sender", "fatal"],
  ["Lotus", "signature verification failed: failed to validate signature: invalid signature", "fatal"],
  ["Forest", "Message with sequence already in mempool", "accepted"],
  ["Forest", "Message sequence too low", "taken"],
  ["Forest", "gas price is lower than min gas price", "rebuild"],
  ["Forest", "gas fee cap is too low", "rebuild"],
  ["Forest", "Not enough funds to execute transaction", "fatal"],
  ["Forest", "Too many pending messages from actor f410fabc (trusted: false)", "retry"],
  ["Forest", "Message is too big", "fatal"],
  ["Forest", "Invalid from address", "fatal"],
  ["anvil", "transaction already imported", "accepted"],
  ["anvil", "Tx: [0x12] already Imported", "accepted"],
  ["anvil", "Tx: [0x12] insufficient gas price to replace existing transaction", "rebuild"],
  ["anvil", "max fee per gas less than block base fee", "rebuild"],
  ["anvil", "nonce too low", "taken"],
  ["anvil", "Insufficient funds for gas * price + value", "fatal"],
  ["anvil", "Incompatible EIP-155 transaction, signed for another chain", "fatal"],
  [
    "EDR",
    "Nonce too low. Expected nonce to be 3 but got 2. Note that transactions can't be queued when automining.",
    "taken",
  ],
  ["EDR", "Transaction nonce too low. Expected nonce to be at least 3 but got 2.", "taken"],
  [
    "EDR",
    "Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 2 is necessary to replace the existing transaction with nonce 1.",
    "rebuild",
  ],
  [
    "EDR",
    "Sender doesn't have enough funds to send tx. The max upfront cost is: 1 and the sender's balance is: 0.",
    "fatal",
  ],
  ["EDR", "Known transaction: 0x12", "accepted"],
  ["proxy", "HTTP request failed. Status: 429 Too Many Requests", "retry"],
  ["proxy", "HTTP request failed. Status: 502 Bad Gateway", "unknown"],
  ["network", "fetch failed", "unknown"],
  ["network", "The request took too long to respond.", "unknown"],
  ["nobody", "something nobody has seen before", "unknown"],
];

describe("classifySendError", () => {
  for (const [node, text, kind] of STRINGS) {
    it(`takes ${node}'s "${text}" for ${kind}`, () => {
      expect(classifySendError(new Error("sending failed", { cause: { details: text } }))).to.equal(kind);
    });
  }

  it("reads no words out of the request that viem repeats in its message", () => {
    const error = {
      message: "fetch failed\nRequest body: nonce too low",
      shortMessage: "HTTP request failed.",
    };
    expect(classifySendError(error)).to.equal("unknown");
  });
});
