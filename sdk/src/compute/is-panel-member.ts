import type { Address } from "viem";
import { onPanelArbiter } from "../actions/contracts.ts";

export interface IsPanelMemberParameters {
  member: Address;
}

/**
 * Whether an account is a member of a PanelArbiter.
 * @throws ActionError
 */
export const isPanelMember = onPanelArbiter.read("isMember", ({ member }: IsPanelMemberParameters) => [
  member,
]);
export type IsPanelMemberReturnType = Awaited<ReturnType<typeof isPanelMember>>;
