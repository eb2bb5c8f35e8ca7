import { expect } from "chai";
import fc from "fast-check";
import { cidOf } from "../../../test/sample-spec.ts";
import { ResultManifestInvalidError } from "./errors.ts";
import {
  buildResultManifest,
  encodeResultManifest,
  normaliseExit,
  parseResultManifest,
  RESULT_MAX_FILES,
  type ResultEntry,
  resultManifestDigest,
} from "./result-manifest.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const file = (path: string, text = path): ResultEntry => ({ path, bytes: bytesOf(text) });
const run = { spec: cidOf("spec"), task: 3, exitCode: -1 };
const build = (...files: ResultEntry[]) => buildResultManifest({ ...run, files });

describe("buildResultManifest", function () {
  this.timeout(10_000);

  it("keeps a digest that is on chain: these bytes must never change", () => {
    const manifest = build(
      file("stdout", "ok\n"),
      file("stderr", "took 3 s"),
      file("exitCode", "-1"),
      file("outputs/result.csv", "a,b\n1,2\n"),
    );
    expect(textOf(encodeResultManifest(manifest))).to.equal(GOLDEN.text);
    expect(resultManifestDigest(manifest)).to.equal(GOLDEN.digest);
  });

  it("sorts by bytes: capitals before small letters, a longer path after its beginning, UTF-8 and not UTF-16", () => {
    const paths = [
      "outputs/\u{1f389}",
      "outputs/\uff21",
      "outputs/b",
      "outputs/a/z",
      "outputs/a-b",
      "outputs/B",
      "stdout",
    ];
    expect(build(...paths.map((path) => file(path))).files.map(({ path }) => path)).to.deep.equal([
      "outputs/B",
      "outputs/a-b",
      "outputs/a/z",
      "outputs/b",
      "outputs/\uff21",
      "outputs/\u{1f389}",
      "stdout",
    ]);
  });

  it("leaves stderr and exitCode of the node out, and not a guest's own files of that name", () => {
    const { files } = build(file("stderr"), file("exitCode"), file("outputs/stderr"), file("stdout"));
    expect(files.map(({ path }) => path)).to.deep.equal(["outputs/stderr", "stdout"]);
  });

  it("gives equal bytes for equal runs, in whatever order their files came", () => {
    const entries = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (names, order) => {
        const files = names.map((name) => file(`outputs/${name}`));
        const key = new Map(files.map((entry) => [entry, order.next().value as number]));
        const mixed = files.toSorted((a, b) => (key.get(a) as number) - (key.get(b) as number));
        expect(resultManifestDigest(build(...mixed))).to.equal(resultManifestDigest(build(...files)));
      }),
      { seed: 5 },
    );
  });

  it("gives other bytes for any other run", () => {
    const digests = [
      build(file("stdout", "a")),
      build(file("stdout", "b")),
      build(file("stdout", "a"), file("outputs/a")),
      build(file("outputs/a", "a")),
      build(),
      buildResultManifest({ ...run, task: 4, files: [file("stdout", "a")] }),
      buildResultManifest({ ...run, exitCode: 1, files: [file("stdout", "a")] }),
      buildResultManifest({ ...run, spec: cidOf("other"), files: [file("stdout", "a")] }),
    ].map(resultManifestDigest);
    expect(new Set(digests).size).to.equal(digests.length);
  });

  it("takes a file by its hash where its bytes are too many", () => {
    const [whole] = build(file("stdout")).files;
    expect(build(whole as ResultEntry)).to.deep.equal(build(file("stdout")));
  });

  it("refuses duplicates, paths that climb, and a file where a directory is", () => {
    for (const [files, why] of [
      [["a", "a"], "there twice"],
      [["../a"], "another directory"],
      [["outputs/./a"], "another directory"],
      [["/a"], "empty name"],
      [["outputs//a"], "empty name"],
      [["outputs/"], "empty name"],
      [["a\0b"], "separator"],
      [["a\ud800"], "not Unicode"],
      [["outputs", "outputs/a"], "a file and a directory"],
      [["outputs/a", "outputs/a-", "outputs/a/b"], "a file and a directory"],
      [[`outputs/${"x".repeat(1024)}`], "more than 1024"],
    ] as const) {
      expect(() => build(...files.map((path) => file(path))), files.join()).to.throw(
        ResultManifestInvalidError,
        why,
      );
    }
    const many = Array.from({ length: RESULT_MAX_FILES + 1 }, (_, at) => file(`outputs/${at}`, ""));
    expect(() => build(...many)).to.throw(ResultManifestInvalidError, "files");
    expect(() => buildResultManifest({ ...run, spec: "bafy", files: [] })).to.throw(
      ResultManifestInvalidError,
    );
  });
});

describe("normaliseExit", () => {
  it("makes one code of what nodes call the same end", () => {
    expect([-1, 0, 1, 256, 4_294_967_291, -5].map(normaliseExit)).to.deep.equal([
      0, 0, 1, 256, 4_294_967_291, 4_294_967_291,
    ]);
  });
});

describe("parseResultManifest", function () {
  this.timeout(10_000);

  it("reads what encodeResultManifest writes", () => {
    const manifest = build(file("outputs/ü"), file("stdout"));
    expect(parseResultManifest(encodeResultManifest(manifest))).to.deep.equal(manifest);
  });

  it("takes no other bytes of the same manifest", () => {
    const text = textOf(encodeResultManifest(build(file("outputs/a"), file("stdout"))));
    for (const other of [
      ` ${text}`,
      `${text}\n`,
      `\ufeff${text}`,
      text.replace('"exit":0', '"exit":0,"exit":0'),
      text.replace('"exit":0', '"exit":-0'),
      text.replace('"exit":0', '"exit":0e0'),
      text.replace("outputs/a", "outputs\\/a"),
      text.replace('"v":1', '"v":1,"x":1'),
      text.replace('"v":1', '"v":2'),
      text.replace('"exit":0', '"exit":-1'),
      text.replace(/"files":\[(.*),(\{"path":"stdout".*\})\]/, '"files":[$2,$1]'),
      text.replace('"path":"stdout"', '"path":"stderr"'),
      text.replace('"path":"stdout"', '"path":"outputs/a"'),
      text.replace(/"sha256":"(\w+)"/, (_, hex) => `"sha256":"${hex.toUpperCase()}"`),
      text.replace(/"spec":"\w+"/, '"spec":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"'),
      text.slice(0, -1),
      "",
      "[]",
      "null",
    ]) {
      expect(other).not.to.equal(text);
      expect(() => parseResultManifest(bytesOf(other)), other.slice(0, 60)).to.throw(
        ResultManifestInvalidError,
      );
    }
  });

  it("throws nothing but its own error, whatever comes in", () => {
    const good = encodeResultManifest(build(file("outputs/a"), file("stdout")));
    const flipped = fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
      const bytes = good.slice();
      bytes[at] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytesOf), flipped), (bytes) => {
        try {
          expect(encodeResultManifest(parseResultManifest(bytes))).to.deep.equal(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(ResultManifestInvalidError);
        }
      }),
      { numRuns: 2000, seed: 5 },
    );
  });
});

const GOLDEN = {
  text: '{"exit":0,"files":[{"path":"outputs/result.csv","sha256":"492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470","size":8},{"path":"stdout","sha256":"dc51b8c96c2d745df3bd5590d990230a482fd247123599548e0632fdbf97fc22","size":3}],"spec":"bafkreigu6axkv7i2t2o6puijolfi4r72pkmfqjodzha6esohe2b4wpspde","task":3,"v":1}',
  digest: "0x639aad01639e7d88baee62b5f945669d598357c03a5da02a4a8689521aaaacb1",
};
