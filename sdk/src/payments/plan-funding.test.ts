import { expect } from "chai";
import { planFunding } from "./plan-funding.ts";
import { runwayOf } from "./runway.ts";

const ACCOUNT = { funds: 0n, lockupCurrent: 0n, lockupRate: 0n, lockupLastSettledAt: 0n };
const APPROVAL = {
  ...{ isApproved: true, rateAllowance: 0n, lockupAllowance: 0n, rateUsage: 0n, lockupUsage: 0n },
  maxLockupPeriod: 0n,
};
/** A TiB costs 2^40, so that a byte costs one unit an epoch. */
const TERMS = {
  ...{ ratePerTib: 1n << 40n, bondPerTib: 1n, notice: 1_000 },
  ...{ exitFeeEpochs: 50, reservationFeeEpochs: 7 },
};
const PLAN = {
  ...{ account: ACCOUNT, approval: APPROVAL, epoch: 100n, offers: [TERMS, { ...TERMS, notice: 2_000 }] },
  ...{ pieces: [{ height: 2 }, { height: 3 }], sealingWindow: 300n, duration: 9_000n },
};
/** Of one copy: 128 and 256 bytes. */
const RATE = 384n;

describe("a funding plan", () => {
  it("adds up notice, window, exit and reservation fees of every copy", () => {
    const plan = planFunding(PLAN);
    expect(plan).to.deep.include({
      ...{ rate: 2n * RATE, exitFees: 2n * RATE * 50n, reservationFees: 2n * RATE * 7n },
      ...{ lockup: RATE * (1_300n + 2_300n + 100n), streamed: 2n * RATE * 9_300n, endEpoch: 9_400n },
      networkFee: (2n * RATE * 9_307n + 199n) / 200n,
    });
    expect(plan.deposit.toPropose).to.equal(plan.lockup + plan.reservationFees);
    // The window's lockup is freed on the way, the streams are paid.
    expect(plan.deposit.toKeep).to.equal(plan.deposit.toPropose + 2n * RATE * 9_000n);
    expect(plan.allowances).to.deep.equal({
      ...{ rateAllowance: plan.rate, lockupAllowance: plan.deposit.toPropose, maxLockupPeriod: 2_300n },
    });
  });

  it("counts what the account has, streams and owes, and never takes back an allowance", () => {
    // 1,000 free at epoch 40, 10 an epoch since: 400 at epoch 100.
    const account = { funds: 5_000n, lockupCurrent: 4_000n, lockupRate: 10n, lockupLastSettledAt: 40n };
    const approval = { ...APPROVAL, rateAllowance: 10n ** 9n, rateUsage: 10n, lockupUsage: 4_000n };
    const alone = planFunding(PLAN);
    const plan = planFunding({ ...PLAN, account, approval });
    expect(plan.runway.before).to.deep.include({ free: 400n, fundedUntil: 140n });
    expect(plan.runway.before.net).to.deep.equal({ epochs: 40n, days: 40 / 2_880 });
    expect(plan.runway.before.gross!.epochs).to.equal(500n);
    expect(plan.deposit.toPropose).to.equal(alone.deposit.toPropose - 400n);
    expect(plan.deposit.toKeep).to.equal(alone.deposit.toKeep - 400n + 10n * 9_300n);
    expect(plan.runway.sealed.fundedUntil).to.equal(plan.endEpoch);
    expect(plan.allowances.rateAllowance).to.equal(10n ** 9n);
    expect(plan.allowances.lockupAllowance).to.equal(4_000n + alone.allowances.lockupAllowance);
    const rich = planFunding({ ...PLAN, account: { ...account, funds: 10n ** 12n } });
    expect(rich.deposit).to.deep.equal({ toPropose: 0n, toKeep: 0n });
  });

  it("covers the window too, where service is shorter than it", () => {
    const plan = planFunding({ ...PLAN, duration: 100n });
    expect(plan.deposit.toKeep).to.equal(plan.deposit.toPropose + 2n * RATE * 300n);
  });

  it("has room for what comes late", () => {
    const [plan, late] = [planFunding(PLAN), planFunding({ ...PLAN, margin: 60n })];
    expect(late.deposit.toPropose - plan.deposit.toPropose).to.equal(2n * RATE * 60n);
    expect(late.runway.sealed.fundedUntil).to.equal(plan.endEpoch + 60n);
  });

  it("is sufficient where the approval is what it asks for", () => {
    const { allowances, approvalSuffices } = planFunding(PLAN);
    expect(approvalSuffices).to.equal(false);
    const approval = { ...APPROVAL, ...allowances };
    expect(planFunding({ ...PLAN, approval }).approvalSuffices).to.equal(true);
    expect(planFunding({ ...PLAN, approval: { ...approval, isApproved: false } }).approvalSuffices).to.equal(
      false,
    );
  });

  it("tells how long an account has been in debt", () => {
    const account = { funds: 100n, lockupCurrent: 95n, lockupRate: 2n, lockupLastSettledAt: 10n };
    const { net, free, fundedUntil } = runwayOf(account, 20n);
    expect({ epochs: net!.epochs, free, fundedUntil }).to.deep.equal({
      ...{ epochs: -8n, free: -15n, fundedUntil: 12n },
    });
  });
});
