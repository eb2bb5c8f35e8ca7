import { expect } from "chai";
import { createRedactor } from "../runtime/redactor.ts";
import { KeyError, openKey } from "./key.ts";

describe("key", () => {
  const bare = `0x${"5e".repeat(32)}` as const;
  const open = (id: number, insecureKey: typeof bare | undefined, insecureDev: boolean) =>
    openKey(
      { key: { keystore: undefined, passwordFile: undefined }, insecureKey, chain: { id } as never },
      { insecureDev },
      createRedactor(),
    );
  const refusal = (opening: Promise<unknown>) =>
    opening.then(
      () => expect.fail("it opened"),
      (error: unknown) => {
        expect(error).to.be.instanceOf(KeyError);
        expect((error as KeyError).exitCode).to.equal(3);
        return (error as KeyError).message;
      },
    );

  it("may be bare on a devnet, with --insecure-dev", async () => {
    expect((await open(31_415_926, bare, true)).signer.address).to.match(/^0x/);
    expect(await refusal(open(31_415_926, bare, false))).to.match(/holds a bare private key/);
  });

  it("is never bare on mainnet: --insecure-dev is refused there, whatever key there is", async () => {
    for (const key of [bare, undefined]) {
      const message = await refusal(open(314, key, true));
      expect(message).to.match(/--insecure-dev is not for mainnet \(chain 314\)[\s\S]*\nNext: .*keystore/);
      expect(message).not.to.contain(bare.slice(2, 10));
    }
  });
});
