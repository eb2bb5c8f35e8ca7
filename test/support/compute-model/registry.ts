import { pull, push, stakeOf } from "./money.ts";
import { type Holder, type Job, type Party, refuse, require, type Token, type World } from "./records.ts";

/** Epochs until unbonded stake may be withdrawn. */
export const UNBONDING = 60;
const MAX_ENDPOINT = 256;

export function operatorOf(world: World, worker: Party): Party {
  const node = world.nodes[worker];
  return node?.isConfirmed ? node.operator : worker;
}

export function controls(world: World, worker: Party, provider: number): boolean {
  const node = world.nodes[worker];
  return node?.isConfirmed === true && world.controls.includes(`${node.operator}>${provider}`);
}

export function register(world: World, by: Party, operator: Party | "nobody", endpoint: number): void {
  if (operator === "nobody") refuse("ComputeOperatorZero");
  require(endpoint <= MAX_ENDPOINT, "ComputeEndpointTooLong");
  const known = world.nodes[by];
  if (known?.operator !== operator) world.nodes[by] = { operator, isConfirmed: operator === by };
}

export function confirm(world: World, by: Party, worker: Party): void {
  const node = world.nodes[worker];
  require(node?.operator === by, "ComputeNotOperator");
  node.isConfirmed = true;
}

export function set(list: string[], entry: string, isIn: boolean): void {
  const index = list.indexOf(entry);
  if (isIn && index < 0) list.push(entry);
  if (!isIn && index >= 0) list.splice(index, 1);
}

export function stake(
  world: World,
  by: Party,
  worker: Party,
  payment: { token: Token; amount: bigint; value: bigint },
): void {
  require(payment.amount !== 0n, "ComputeAmountZero");
  pull(world, by, "registry", payment);
  stakeOf(world, payment.token, worker).free += payment.amount;
}

export function unbond(world: World, by: Party, token: Token, amount: bigint): void {
  require(amount !== 0n, "ComputeAmountZero");
  const stake = stakeOf(world, token, by);
  require(amount <= stake.free, "ComputeStakeTooSmall");
  stake.free -= amount;
  stake.unbonding += amount;
  stake.until = world.epoch + UNBONDING;
}

export function withdrawStake(world: World, by: Party, token: Token, to: Holder): void {
  const stake = stakeOf(world, token, by);
  const amount = stake.unbonding;
  require(amount !== 0n, "ComputeAmountZero");
  require(world.epoch >= stake.until, "ComputeUnbondingNotOver");
  stake.unbonding = 0n;
  push(world, token, "registry", to, amount);
}

/** Stakes for so many slots of a job. */
export function lock(world: World, worker: Party, { terms }: Job, slots: number): void {
  require(world.nodes[worker] !== undefined, "ComputeNotRegistered");
  for (const arbiter of ["arbiter", "fallback"]) {
    require(world.accepted.includes(`${worker}>${arbiter}`), "ComputeArbiterNotAccepted");
  }
  const stake = stakeOf(world, terms.token, worker);
  const amount = terms.stake * BigInt(slots);
  require(amount <= stake.free, "ComputeStakeTooSmall");
  stake.free -= amount;
  stake.locked += amount;
}
