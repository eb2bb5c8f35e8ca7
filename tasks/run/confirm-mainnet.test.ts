import { expect } from "chai";
import { confirmMainnet } from "./confirm-mainnet.ts";
import { TaskConfigError } from "./exit-codes.ts";

describe("mainnet", () => {
  const outcome = (answer: string | undefined, change: { chainId?: number; yes?: boolean } = {}) =>
    confirmMainnet({
      ...{ chainId: 314, yes: false, onTerminal: answer !== undefined, ...change },
      ask: async () => answer ?? expect.fail("it asked"),
    }).then(
      () => "sent",
      (error: unknown) => error,
    );

  it("is confirmed by its name, typed", async () => {
    expect(await outcome("filecoin")).to.equal("sent");
    for (const answer of ["", "y", "yes", "Filecoin!"]) {
      expect(await outcome(answer), answer).to.be.instanceOf(TaskConfigError);
    }
  });

  it("is not confirmed where nobody can type, but by --yes", async () => {
    expect(await outcome(undefined)).to.be.instanceOf(TaskConfigError);
    expect(await outcome(undefined, { yes: true })).to.equal("sent");
  });

  it("is the only chain that asks", async () => {
    for (const chainId of [314_159, 31_415_926])
      expect(await outcome(undefined, { chainId })).to.equal("sent");
  });
});
