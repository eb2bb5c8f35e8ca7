import { type Holder, type Job, type Party, require, type Stake, type Token, type World } from "./records.ts";

/** Tokens that a message sends: FIL as its value, a token by the allowance. */
export function pull(
  world: World,
  by: Party,
  to: "escrow" | "registry",
  payment: { token: Token; amount: bigint; value: bigint },
): void {
  const { token, amount, value } = payment;
  require(value === (token === "fil" ? amount : 0n), "FundsValueWrong");
  if (token === "coin") {
    const allowance = world.allowances[to][by];
    if (allowance !== undefined) {
      require(allowance >= amount, "ERC20InsufficientAllowance");
      world.allowances[to][by] = allowance - amount;
    }
  }
  move(world, token, by, to, amount);
}

export function push(
  world: World,
  token: Token,
  from: "escrow" | "registry",
  to: Holder,
  amount: bigint,
): void {
  require(to !== "nobody" && to !== from, "FundsTransferFailed");
  move(world, token, from, to, amount);
}

export function move(world: World, token: Token, from: Holder, to: Holder, amount: bigint): void {
  const purse = world.wallets[token];
  const left = (purse[from] ?? 0n) - amount;
  if (left < 0n) throw new Error(`${from} is short of ${-left} ${token}`);
  purse[from] = left;
  purse[to] = (purse[to] ?? 0n) + amount;
}

export function credit(world: World, token: Token, to: Party, amount: bigint): void {
  world.credits[token][to] = creditOf(world, token, to) + amount;
}

export function creditOf(world: World, token: Token, party: Party): bigint {
  return world.credits[token][party] ?? 0n;
}

export function stakeOf(world: World, token: Token, worker: Party): Stake {
  return (world.stakes[token][worker] ??= { free: 0n, locked: 0n, unbonding: 0n, until: 0 });
}

/** Of the stake that a slot locks `lost` is slashed; the rest is free. */
export function unlock(world: World, { terms }: Job, worker: Party, lost: bigint): void {
  const stake = stakeOf(world, terms.token, worker);
  if (stake.locked < terms.stake) throw new Error(`${worker} has no stake locked`);
  stake.locked -= terms.stake;
  stake.free += terms.stake - lost;
  world.slashed[terms.token] += lost;
}
