import { parseAbi } from "viem";
import { errorsAbi } from "../generated/abis.ts";

/** The errors of an ERC-20 token (ERC-6093) and its permits, which Filecoin Pay passes on. */
const tokenErrorsAbi = parseAbi([
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC2612ExpiredSignature(uint256 deadline)",
  "error ERC2612InvalidSigner(address signer, address owner)",
]);

/** Errors of contracts/fvm that Holdfast's own contracts do not throw, for contracts that build on it. */
const libraryErrorsAbi = parseAbi(["error PieceCidMalformed(bytes cid)"]);

/** Every error with which a call of an action may end: those of Holdfast, Filecoin Pay and the token. */
export const actionErrorsAbi = [...errorsAbi, ...tokenErrorsAbi, ...libraryErrorsAbi] as const;
