import { PassThrough } from "node:stream";
import { expect } from "chai";
import { askPassword, InterruptedError } from "./ask-password.ts";

describe("the password's prompt", () => {
  function terminal(typed: string) {
    const modes: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (mode: boolean) => void modes.push(mode),
    });
    const stderr = new PassThrough();
    stdin.write(typed);
    return { stdin, stderr, modes, shown: () => String(stderr.read()) };
  }

  it("shows the question, and nothing of the answer", async () => {
    const { shown, ...at } = terminal("hunter2\r");
    expect(await askPassword("Password: ", at)).to.equal("hunter2");
    expect(shown()).to.equal("Password: \n");
  });

  it("ends with 130 on Ctrl-C, the terminal as it was", async () => {
    const { shown, modes, ...at } = terminal("hun\x03");
    const thrown = await askPassword("Password: ", at).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(InterruptedError);
    expect((thrown as InterruptedError).exitCode).to.equal(130);
    expect(shown()).to.equal("Password: \n");
    expect(modes).to.deep.equal([true, false]);
    expect(at.stdin.listenerCount("keypress")).to.equal(0);
  });

  it("has no answer at the end of input, or where there is no terminal", async () => {
    expect(await askPassword("Password: ", terminal("\x04"))).to.equal(undefined);
    const { stdin, stderr } = terminal("");
    expect(
      await askPassword("Password: ", { stdin: Object.assign(stdin, { isTTY: false }), stderr }),
    ).to.equal(undefined);
  });
});
