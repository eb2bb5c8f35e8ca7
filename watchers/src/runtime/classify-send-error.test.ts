import { expect } from "chai";
import { classifySendError, type SendErrorClass } from "./classify-send-error.ts";

/** What nodes say, by node. */
const STRINGS: readonly (readonly [string, string, SendErrorClass])[] = [
  ["geth", "already known", "accepted"],
  ["geth", "nonce too low: next nonce 5, tx nonce 4", "taken"],
  ["geth", "nonce too high", "retry"],
  ["geth", "replacement transaction underpriced: new tx gas fee cap 1 <= 2 queued", "rebuild"],
  ["geth", "transaction underpriced: tip needed 1000000000, tip permitted 1", "rebuild"],
  ["geth", "max fee per gas less than block base fee: address 0x, maxFeePerGas: 1, baseFee: 7", "rebuild"],
  ["geth", "intrinsic gas too low: have 21000, want 53000", "rebuild"],
  ["geth", "insufficient funds for gas * price + value: balance 0, tx cost 1", "fatal"],
  ["geth", "exceeds block gas limit", "fatal"],
  ["geth", "invalid chain id for signer: have 1 want 314", "fatal"],
  ["geth", "oversized data: transaction size 140000, limit 131072", "fatal"],
  ["geth", "txpool is full", "retry"],
  [
    "Lotus",
    "message from f410fabc with nonce 4 already in mpool: message with nonce already exists",
    "accepted",
  ],
  ["Lotus", "minimum expected nonce is 9: nonce too low", "taken"],
  ["Lotus", "message nonce has too big a gap from expected nonce (Nonce: 9, expected: 4)", "retry"],
  ["Lotus", "unfulfilled nonce gap", "retry"],
  ["Lotus", "not enough funds to execute transaction", "fatal"],
  ["Lotus", "mpool push: not enough funds including pending: balance 0", "fatal"],
  ["Lotus", "GasFeeCap less than base fee", "rebuild"],
  ["Lotus", "'GasLimit' field cannot be less than the cost of storing a message on chain", "rebuild"],
  ["Lotus", "replace by fee has too low GasPremium: gas premium too low to replace", "rebuild"],
  ["Lotus", "too many pending messages for actor", "retry"],
  ["Lotus", "resolution lookup failed (f410f…): actor not found", "fatal"],
  ["Forest", "actor not found", "fatal"],
  ["Forest", "Nonce already exists in mempool: message with nonce already exists", "accepted"],
  ["anvil", "transaction already imported", "accepted"],
  ["anvil", "max fee per gas is lower than the block base fee: base fee 7", "rebuild"],
  [
    "EDR",
    "Nonce too low. Expected nonce to be 3 but got 2. Note that transactions can't be queued when automining.",
    "taken",
  ],
  ["EDR", "Transaction nonce too low", "taken"],
  ["EDR", "Sender doesn't have enough funds to send tx. The max upfront cost is: 1", "fatal"],
  ["EDR", "Known transaction: 0x12", "accepted"],
  ["proxy", "HTTP request failed. Status: 429 Too Many Requests", "retry"],
  ["proxy", "502 Bad Gateway", "retry"],
  ["network", "fetch failed", "retry"],
  ["network", "The request took too long to respond.", "retry"],
  ["unknown", "something nobody has seen before", "retry"],
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
    expect(classifySendError(error)).to.equal("retry");
  });
});
