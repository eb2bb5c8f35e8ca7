import { expect } from "chai";
import { guest } from "../../../../devnet/test/compute/client.ts";
import { rule, runThrice } from "./run-thrice.ts";

describe("runThrice", function () {
  this.timeout(60_000);
  const inputs = ["/in/a.txt", "/in/b.txt"].map((path) => ({ path, bytes: Buffer.from("Hello") }));
  const thrice = (name: string, args: string[] = []) => runThrice({ module: guest(name), args, inputs });

  it("an honest guest's result stands", async () => {
    const ruling = await thrice("word-count", ["/in/a.txt"]);
    expect(ruling).to.have.property("verdict", "DETERMINISTIC");
    const [file] = "result" in ruling ? ruling.result.files : [];
    expect([file?.path, Buffer.from(file!.bytes).toString()]).to.deep.equal([
      "outputs/words.tsv",
      "hello\t1\n",
    ]);
  });

  for (const [name, args] of [
    ["test/environment", []],
    ["test/file-time", ["/in/a.txt"]],
    ["test/directory-order", ["/in"]],
    ["test/entropy", []],
  ] as const) {
    it(`${name}: its output depends on more than its inputs`, async () => {
      expect(await thrice(name, [...args])).to.deep.equal({
        ...{ verdict: "NONDETERMINISTIC", differences: ["stdout"] },
      });
    });
  }

  it("a NaN's sign is the same three times on one machine: that is for the linter", async () => {
    expect(await thrice("test/not-a-number")).to.have.property("verdict", "DETERMINISTIC");
  });

  it("what does not come to an end is not ruled on", async () => {
    const module = guest("test/actions");
    const ruling = await runThrice({ module, args: ["loop"], limits: { timeMs: 1_000 } });
    expect(ruling).to.deep.equal({ verdict: "INCOMPLETE", reason: "Execution timed out after 1s" });
    expect(await runThrice({ module, args: ["recurse"] })).to.have.property("verdict", "INCOMPLETE");
  });
});

describe("rule", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const ran = (change: object = {}) => ({
    result: {
      ...{
        exit: -1,
        files: [{ path: "outputs/a", bytes: bytes("a") }],
        stdout: bytes(""),
        stderr: bytes(""),
      },
      firstWrites: { stdout: 0, stderr: 0 },
      ...change,
    },
  });
  const trap = { failure: "wasm error: unreachable", limit: false };

  it("standard error, and how success was said, do not count", () => {
    const ruling = rule([ran(), ran({ stderr: bytes("noise") }), ran({ exit: 0 })]);
    expect(ruling.verdict).to.equal("DETERMINISTIC");
  });

  it("a file more, another exit code, a trap in one run: each is a difference", () => {
    const verdict = (change: object) => rule([ran(), ran(), ran(change)]);
    expect(verdict({ files: [] })).to.have.deep.property("differences", ["outputs/a"]);
    expect(verdict({ exit: 1 })).to.have.deep.property("differences", ["exit"]);
    expect(rule([ran(), trap, ran()])).to.have.deep.property("differences", [trap.failure]);
  });

  it("a trap in every run, or a limit in one, is no verdict", () => {
    expect(rule([trap, trap, trap])).to.deep.equal({ verdict: "INCOMPLETE", reason: trap.failure });
    const late = { failure: "Execution timed out after 1s", limit: true };
    expect(rule([ran(), late, ran()])).to.deep.equal({ verdict: "INCOMPLETE", reason: late.failure });
  });
});
