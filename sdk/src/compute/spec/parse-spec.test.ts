import { expect } from "chai";
import fc from "fast-check";
import { cidOf, sampleSpec } from "../../../test/sample-spec.ts";
import { cidOfDigest, digestOfCid, sha256Hex } from "./cid.ts";
import { CidNotRawError, SpecInvalidError } from "./errors.ts";
import { encodeSpec, parseSpec, specCid, specDigest } from "./parse-spec.ts";
import { SPEC_MAX_BYTES } from "./schema.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const plain = () => structuredClone(sampleSpec()) as Record<string, unknown>;

/** The spec with one thing changed; `path` as errors write it. */
function changed(path: string, value: unknown): unknown {
  const spec = plain();
  const parts = path.split(/[.[\]]+/).filter(Boolean);
  const last = parts.pop() as string;
  const parent = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], spec);
  (parent as Record<string, unknown>)[last] = value;
  return spec;
}

function problemsOf(source: unknown) {
  try {
    parseSpec(source);
  } catch (error) {
    if (error instanceof SpecInvalidError) return error.problems;
    throw error;
  }
  throw new Error("It was taken");
}

describe("parseSpec", () => {
  it("reads what encodeSpec writes, and gives the same digest and CID", () => {
    const spec = sampleSpec({ args: ["π", "\u{1f389}", ""], env: { MODE: "fast", A_1: "ü" } });
    const bytes = encodeSpec(spec);
    expect(parseSpec(bytes)).to.deep.equal(spec);
    expect(specDigest(spec)).to.equal(sha256Hex(bytes));
    expect(digestOfCid(specCid(spec))).to.equal(specDigest(spec));
  });

  it("keeps a digest that is on chain: these bytes must never change", () => {
    const bytes = textOf(encodeSpec(sampleSpec({ inputs: [], sharding: GOLDEN.sharding })));
    expect(bytes).to.equal(GOLDEN.text);
    expect(specDigest(parseSpec(bytesOf(GOLDEN.text)))).to.equal(GOLDEN.digest);
    expect(specCid(parseSpec(bytesOf(GOLDEN.text)))).to.equal(GOLDEN.cid);
  });

  it("gives one digest, in whatever order a spec was written", () => {
    const spec = plain();
    const turned = Object.fromEntries(Object.entries(spec).reverse());
    expect(specDigest(parseSpec(turned))).to.equal(specDigest(sampleSpec()));
  });

  it("takes no other bytes of the same spec: spaces, order, repeated keys, escapes, a mark at the front", () => {
    const text = textOf(encodeSpec(sampleSpec()));
    for (const other of [
      ` ${text}`,
      `${text}\n`,
      text.replace('"v":1', '"v":1.0'),
      text.replace('"v":1', '"v":1,"v":1'),
      text.replace('"_start"', '"\\u005fstart"'),
      text.replace(/^\{(.*),"v":1\}$/, '{"v":1,$1}'),
    ]) {
      expect(other).not.to.equal(text);
      expect(problemsOf(bytesOf(other))[0]?.what, other.slice(0, 40)).to.contain("not canonical");
    }
    for (const other of [`\ufeff${text}`, text.slice(0, -1), ""]) {
      expect(problemsOf(bytesOf(other))[0]?.what).to.contain("not JSON");
    }
    expect(problemsOf(Uint8Array.of(0x22, 0xff, 0x22))[0]?.what).to.contain("not JSON");
  });

  it("refuses more bytes than a spec may have, read or written", () => {
    expect(problemsOf(new Uint8Array(SPEC_MAX_BYTES + 1))[0]?.what).to.contain(`more than ${SPEC_MAX_BYTES}`);
    const long = sampleSpec({ args: Array(80).fill("x".repeat(4096)) });
    expect(() => encodeSpec(long)).to.throw(SpecInvalidError, "more than");
  });

  const REFUSED: [path: string, value: unknown, what: RegExp][] = [
    ["v", 2, /expected 1/],
    ["engine", "docker", /expected "wasm"/],
    ["entrypoint", "main", /expected "_start"/],
    ["shell", true, /no part of a spec/],
    ["module.url", "https://evil.example", /no part of a spec/],
    ["inputs[0].size", 3, /no part of a spec/],
    ["resources.gpu", 1, /no part of a spec/],
    ["sharding.items", 8, /no part of a spec/],
    ["module.cid", "bafy", /not a CIDv1/],
    ["module.cid", "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n", /not a CIDv1/],
    ["module.cid", cidOf("module").toUpperCase(), /./],
    ["module.name", "../main.wasm", /no plain file name/],
    ["module.name", ".wasm", /no plain file name/],
    ["module.name", "a?b", /no plain file name/],
    ["args[0]", "\ud800", /surrogate/],
    ["args[0]", "a\0b", /NUL/],
    ["args[0]", "{start}", /\{start\}.*nothing fills/],
    ["args[0]", 5, /expected string/],
    ["args", Array(257).fill(""), /256/],
    ["env.path", "x", /no variable's name/],
    ["env.BACALHAU_JOB_ID", "x", /set by the node/],
    ["env.SHARD_INDEX", "x", /set by the node/],
    ["env.HOME", "env:HOME", /node's own/],
    ["env.EMPTY", "", /./],
    ["inputs[0].cid", "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq", /not a CIDv1/],
    ["inputs[0].target", "in/0", /no absolute path/],
    ["inputs[0].target", "/in/../app", /climbs out/],
    ["inputs[0].target", "/in/.", /climbs out/],
    ["inputs[0].target", "/in//0", /no absolute path/],
    ["inputs[0].target", "/in/", /no absolute path/],
    ["inputs[0].target", "/", /./],
    ["inputs[0].target", "/app/data", /where the module is/],
    ["inputs[0].target", "/outputs/data", /in the output outputs/],
    ["inputs[0].shard", -1, /./],
    ["inputs[0].shard", "all", /./],
    ["outputs", [], /./],
    ["outputs[0]", "/outputs", /no plain name/],
    ["outputs[0]", "..", /no plain name/],
    ["outputs[0]", "stdout", /nodes use themselves/],
    ["outputs[1]", "outputs", /there twice/],
    ["resources.memoryMb", 4295, /./],
    ["resources.memoryMb", 1.5, /int/],
    ["resources.cpuMillis", "1", /number/],
    ["timeouts.totalSeconds", 899, /less than executionSeconds and queueSeconds/],
    ["timeouts.executionSeconds", 0, /./],
    ["determinism", "maybe", /./],
    ["sharding.kind", "map", /./],
    ["sharding.count", 9, /8 inputs with shard "map"/],
    ["sharding.perTask", 3, /./],
    ["sharding.perTask", 257, /./],
  ];
  for (const [path, value, what] of REFUSED) {
    it(`refuses ${JSON.stringify(value)?.slice(0, 40)} at ${path}`, () => {
      const problems = problemsOf(changed(path, value));
      const at = path === "sharding.perTask" && value === 3 ? "sharding.count" : path;
      const found = problems.filter((problem) => problem.path.startsWith(at));
      expect(found, JSON.stringify(problems)).not.to.have.length(0);
      expect(found[0]?.what).to.match(what);
      expect(found[0]?.next).to.match(/\.$/);
    });
  }

  it("refuses a spec in which anything is missing, and says what", () => {
    for (const key of Object.keys(plain())) {
      const spec = plain();
      delete spec[key];
      expect(problemsOf(spec).map((problem) => problem.path)).to.include(key);
    }
    for (const nothing of [null, undefined, 5, "spec", []]) expect(problemsOf(nothing)).not.to.have.length(0);
  });

  it("takes no prototype for a key", () => {
    const text = textOf(encodeSpec(sampleSpec())).replace('"env":{}', '"env":{"__proto__":"x"}');
    expect(problemsOf(bytesOf(text))[0]?.what).to.contain("not canonical");
    expect(parseSpec(JSON.parse(text))).to.deep.equal(sampleSpec());
  });

  it("says all that is wrong at once, the first in its message", () => {
    const spec = { ...plain(), engine: "docker", outputs: ["stdout"] };
    expect(problemsOf(spec).map((problem) => problem.path)).to.deep.equal(["engine", "outputs[0]"]);
    expect(() => parseSpec(spec)).to.throw(/invalid at engine: it .*\n.*outputs\[0\].*\n.*Next: /s);
  });

  it("refuses inputs that hide one another in a shard, and takes them in different shards", () => {
    const file = { cid: cidOf("x"), name: "x" };
    const inputs = (...places: [string, unknown][]) => ({
      inputs: places.map(([target, shard]) => ({ ...file, target, shard })),
      sharding: { kind: "range", count: 4, perTask: 1, items: 4 },
    });
    for (const clash of [
      inputs(["/in", "*"], ["/in", "*"]),
      inputs(["/in", 1], ["/in", 1]),
      inputs(["/in", "*"], ["/in/0", 3]),
      inputs(["/in/0/a", "*"], ["/in", 3]),
      inputs(["/in", 2], ["/in/0", 2]),
      inputs(["/in", 0], ["/in", "*"]),
    ]) {
      const problems = problemsOf({ ...plain(), ...clash });
      expect(problems[0]?.path).to.match(/^inputs\[\d\]\.target$/);
      expect(problems[0]?.what).to.contain("mounted over");
    }
    sampleSpec(inputs(["/in", 0], ["/in", 1], ["/in/0", 2], ["/index", "*"], ["/other/in", "*"]));
  });

  it("refuses a shard that is not there, and inputs by list where the items are a range", () => {
    const range = { kind: "range", count: 4, perTask: 2, items: 4 };
    const input = { cid: cidOf("x"), name: "x", target: "/in", shard: 4 };
    expect(problemsOf({ ...plain(), inputs: [input], sharding: range })[0]?.path).to.equal("inputs[0].shard");
    const mapped = { ...plain(), sharding: range };
    expect(problemsOf(mapped)[0]?.path).to.equal("sharding.kind");
    const many = { ...range, count: 65_536 * 2, perTask: 1, items: 200_000 };
    expect(problemsOf({ ...plain(), inputs: [], sharding: many })[0]?.what).to.contain("tasks");
  });

  it("throws nothing but SpecInvalidError, whatever comes in", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.anything(), fc.json().map(bytesOf)), (source) => {
        expect(() => parseSpec(source)).to.throw(SpecInvalidError);
      }),
      { numRuns: 500, seed: 5 },
    );
    const path = fc.constantFrom(...REFUSED.map(([at]) => at));
    fc.assert(
      fc.property(path, fc.anything(), (at, value) => {
        try {
          encodeSpec(parseSpec(changed(at, value)));
        } catch (error) {
          expect(error).to.be.instanceOf(SpecInvalidError);
        }
      }),
      { numRuns: 500, seed: 6 },
    );
  }).timeout(20_000);
});

describe("digestOfCid, cidOfDigest", () => {
  it("are each other's inverse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const digest = sha256Hex(bytes);
        expect(digestOfCid(cidOfDigest(digest))).to.equal(digest);
        expect(cidOfDigest(digest)).to.match(/^bafkrei/);
      }),
      { seed: 7 },
    );
  });

  it("refuse what is not 32 bytes of sha2-256 over raw bytes", () => {
    const raw = cidOf("x");
    for (const cid of ["", "x", raw.slice(0, -1), raw.toUpperCase(), `${raw} `, "bafkqaaa"]) {
      expect(() => digestOfCid(cid), cid).to.throw(CidNotRawError);
    }
    const dagPb = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    expect(() => digestOfCid(dagPb)).to.throw(CidNotRawError);
    for (const digest of ["0x", "0x12", `0x${"0".repeat(63)}`, `0x${"g".repeat(64)}`] as const) {
      expect(() => cidOfDigest(digest)).to.throw(CidNotRawError);
    }
  });
});

const GOLDEN = {
  sharding: { kind: "range", count: 8, perTask: 4, items: 1000 },
  text: '{"args":["--in","/in/0/data.csv","--out","/outputs/result.csv"],"determinism":"strict","engine":"wasm","entrypoint":"_start","env":{},"inputs":[],"module":{"cid":"bafkreiasbfynqeudn4myrbrflb5embvfvur454y4q2comalxcvjfjd6gxe","name":"main.wasm"},"outputs":["outputs"],"resources":{"cpuMillis":1000,"memoryMb":256},"sharding":{"count":8,"items":1000,"kind":"range","perTask":4},"timeouts":{"executionSeconds":600,"queueSeconds":300,"totalSeconds":1200},"v":1}',
  digest: "0x1a48e34ad3a4f821c2f79999504be4d635273245c7e38003165bc7b1faf203a2",
  cid: "bafkreia2jdruvu5e7aq4f54ztfiexzgwgutteroh4oaagfs3y6y7v4qdui",
};
