import { expect } from "chai";
import { parseEther } from "viem";
import {
  accepted,
  INCOMPLETE,
  leastBond,
  leastStake,
  missed,
  NONDETERMINISTIC,
  type Outcome,
  ruled,
  silent,
  unopened,
  WITHHELD,
} from "./outcomes.ts";

/** Terms of ComputeFixture.sol, taken at the least price. */
const MONEY = {
  ...{ price: parseEther("1"), stake: parseEther("64"), arbiterFee: parseEther("0.5") },
  ...{ challengeBond: parseEther("1"), coordinatorBps: 0n, auditBps: 0n },
};
const ONE = { ...MONEY, m: 1, n: 1 };
const QUORUM = { ...MONEY, m: 2, n: 3 };

/** What a test of test/contracts/compute asserts: requester, challenger, arbiter, burnt, workers. */
type Asserted = [requester: number, challenger: number, arbiter: number, burnt: number, workers: number[]];

const CASES: [test: string, outcome: Outcome, asserted: Asserted][] = [
  ["test_TheWorkerWasRight", ruled(ONE, ["right"], "right", { claim: "wrong" }), [-1, -1, 0.5, 0, [1.5]]],
  [
    "test_TheChallengerWasRight",
    ruled(ONE, ["wrong"], "right", { claim: "right" }),
    [1, 1, 0.5, 61.5, [-64]],
  ],
  ["test_NeitherWasRight", ruled(ONE, ["wrong"], "right", { claim: "other" }), [1, -0.5, 0.5, 63, [-64]]],
  ["test_Withheld", ruled(ONE, ["right"], WITHHELD, { claim: WITHHELD }), [1, 1, 0.5, 61.5, [-64]]],
  [
    "test_Nondeterministic",
    ruled(ONE, ["right"], NONDETERMINISTIC, { claim: "wrong" }),
    [-1.5, 0, 0.5, 0, [1]],
  ],
  ["test_Incomplete", ruled(ONE, ["right"], INCOMPLETE, { claim: "wrong" }), [-0.5, 0, 0.5, 0, [0]]],
  [
    "test_UnnamedAndTheWorkerWasRight",
    ruled(ONE, ["right"], "right", { claim: undefined }),
    [-1, -1, 0.5, 0, [1.5]],
  ],
  [
    "test_UnnamedAndTheSpecWasBad",
    ruled(ONE, ["right"], NONDETERMINISTIC, { claim: undefined }),
    [-1, -0.5, 0.5, 0, [1]],
  ],
  ["test_BothAreSilent", silent(ONE, ["right"]), [-1, 0, 0, 0, [1]]],
  ["test_AnAuditOfARightResult", ruled(ONE, ["right"], "right"), [-1.5, 0, 0.5, 0, [1]]],
  ["test_AnAuditOfAWrongResult", ruled(ONE, ["wrong"], "right"), [1, 0, 0.5, 62.5, [-64]]],
  [
    "test_ANoShowLosesAQuarterAndTheTaskOpensAgain",
    missed(ONE, [undefined], "next round"),
    [1, 0, 0, 15, [-16]],
  ],
  [
    "test_TwoAgreeAndAreTheOnlyOnesPaid",
    accepted(QUORUM, ["right", "wrong", "right"]),
    [-2, 0, 0, 0, [1, 0, 1]],
  ],
  [
    "test_NobodyAgreesAndTheArbiterFindsOne",
    ruled(QUORUM, ["right", "wrong", "other"], "right"),
    [-1 + 2, 0, 0.5, 29.5, [1, -16, -16]],
  ],
  [
    "test_NobodyAgreesAndNobodyIsRight",
    ruled(QUORUM, ["a", "wrong", "other"], "right"),
    [3, 0, 0.5, 44.5, [-16, -16, -16]],
  ],
  [
    "test_NobodyAgreesAndBothArbitersAreSilent",
    silent(QUORUM, ["right", "wrong", "other"]),
    [-3, 0, 0, 0, [1, 1, 1]],
  ],
  [
    "test_TheMajorityWasWrongAndTheThirdIsPaid",
    ruled(QUORUM, ["wrong", "right", "wrong"], "right", { claim: "right" }),
    [-1 + 2, 1, 0.5, 124.5, [-64, 1, -64]],
  ],
  [
    "test_TheMajorityWasRightAndSharesTheBond",
    ruled(QUORUM, ["right", "wrong", "right"], "right", { claim: "other" }),
    [-2 + 1, -1, 0.5, 15, [1.25, -16, 1.25]],
  ],
  [
    "test_WithheldSlashesAllWhoOpened",
    ruled(QUORUM, ["right", "wrong", "right"], WITHHELD, { claim: WITHHELD }),
    [3, 1, 0.5, 187.5, [-64, -64, -64]],
  ],
  [
    "test_NondeterministicPaysAllWhoOpened",
    ruled(QUORUM, ["right", "wrong", "other"], NONDETERMINISTIC),
    [-3.5, 0, 0.5, 0, [1, 1, 1]],
  ],
];

describe("outcomes of a task", () => {
  for (const [test, outcome, [requester, challenger, arbiter, burnt, workers]] of CASES) {
    it(`are those of ${test}`, () => {
      expect([outcome.requester, outcome.challenger, outcome.arbiter, outcome.burnt]).to.deep.equal(
        [requester, challenger, arbiter, burnt].map(ether),
      );
      expect(outcome.workers).to.deep.equal(workers.map(ether));
    });

    it(`make and lose nothing: ${test}`, () => {
      const { requester, challenger, arbiter, coordinator, burnt, workers } = outcome;
      const sum = [...workers, requester, challenger, arbiter, coordinator, burnt].reduce((a, b) => a + b);
      expect(sum).to.equal(0n);
    });
  }

  it("are those of test_AnUnopenedSealIsANoShow", () => {
    expect(unopened(QUORUM, ["right", "right", undefined])).to.deep.equal({
      ...{ workers: [0n, 0n, ether(-16)], requester: ether(1), burnt: ether(15) },
    });
  });

  it("pay a coordinator its share", () => {
    const { requester, coordinator } = accepted({ ...ONE, coordinatorBps: 500n }, ["right"]);
    expect([requester, coordinator]).to.deep.equal([ether(-1.05), ether(0.05)]);
  });

  it("take the least stake and bond of test_RevertWhen_TheStakeMakesLiesPay", () => {
    const terms = { ...ONE, price: ether(3) };
    expect(leastStake(terms)).to.equal(ether(2));
    expect(leastStake({ ...terms, auditBps: 1_000n })).to.equal(ether(31));
    expect(leastBond(terms)).to.equal(ether(0.8));
  });
});

function ether(amount: number): bigint {
  return parseEther(String(amount));
}
