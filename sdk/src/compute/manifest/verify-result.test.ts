import { expect } from "chai";
import type { Hex } from "viem";
import { cidOf } from "../../../test/sample-spec.ts";
import { ResultManifestInvalidError, ResultMismatchError } from "./errors.ts";
import { lotRoot } from "./lot-tree.ts";
import {
  buildResultManifest,
  encodeResultManifest,
  type ResultEntry,
  resultManifestDigest,
} from "./result-manifest.ts";
import { resultRoot, type ShardResult, verifyResult } from "./verify-result.ts";

const file = (path: string, text: string): ResultEntry => ({ path, bytes: new TextEncoder().encode(text) });
const spec = cidOf("spec");

/** A task of so many shards, as it is fetched. */
function fetched(shards: number, task = 3) {
  const runs = Array.from({ length: shards }, (_, shard) => [
    file("stdout", "done\n"),
    file("outputs/part", `part ${shard}`),
    file("stderr", `${shard} s`),
  ]);
  const manifests = runs.map((files) => buildResultManifest({ spec, task, exitCode: 0, files }));
  const results: ShardResult[] = runs.map((files, shard) => ({
    manifest: encodeResultManifest(manifests[shard] as (typeof manifests)[number]),
    files,
  }));
  return { root: resultRoot(manifests), spec, task, shards: results, manifests };
}

function expectMismatch(task: Parameters<typeof verifyResult>[0], where: { shard?: number; path?: string }) {
  try {
    verifyResult(task);
  } catch (error) {
    expect(error).to.be.instanceOf(ResultMismatchError);
    const { shard, path } = error as ResultMismatchError;
    expect({ shard, path }).to.deep.equal({ shard: where.shard, path: where.path });
    return;
  }
  throw new Error("It was taken");
}

describe("resultRoot", () => {
  it("is a single shard's manifest digest, and the lot's root for more", () => {
    const [one, lot] = [fetched(1), fetched(5)];
    expect(one.root).to.equal(resultManifestDigest(one.manifests[0] as (typeof one.manifests)[number]));
    expect(lot.root).to.equal(lotRoot(lot.manifests.map(resultManifestDigest)));
  });
});

describe("verifyResult", () => {
  it("takes a right result, of one shard and of a lot, and gives its manifests", () => {
    for (const shards of [1, 2, 5]) {
      const task = fetched(shards);
      expect(verifyResult(task)).to.deep.equal(task.manifests);
      expect(
        verifyResult({ ...task, root: task.root.toUpperCase().replace("0X", "0x") as Hex }),
      ).to.have.length(shards);
    }
  });

  it("finds every wrong, missing and added file, and says which", () => {
    const task = fetched(3);
    const [first, second, third] = task.shards as [ShardResult, ShardResult, ShardResult];
    const with_ = (files: ResultEntry[]) => ({ ...task, shards: [first, { ...second, files }, third] });
    const right = [...second.files];
    expectMismatch(with_([file("stdout", "done."), ...right.slice(1)]), { shard: 1, path: "stdout" });
    expectMismatch(with_(right.slice(1)), { shard: 1, path: "stdout" });
    expectMismatch(with_([...right, file("outputs/more", "")]), { shard: 1, path: "outputs/more" });
    const longer = { path: "stdout", sha256: "0".repeat(64), size: 5 };
    expectMismatch(with_([longer, ...right.slice(1)]), { shard: 1, path: "stdout" });
    expect(() => verifyResult(with_([...right, file("stdout", "done\n")]))).to.throw(
      ResultManifestInvalidError,
    );
    expect(() => verifyResult(with_([...right, file("../../etc/passwd", "")]))).to.throw(
      ResultManifestInvalidError,
    );
  });

  it("finds a byte changed in any file", () => {
    const task = fetched(1);
    const [shard] = task.shards as [ShardResult];
    for (const at of [0, 1]) {
      const files = structuredClone([...shard.files]) as { path: string; bytes: Uint8Array }[];
      const changed = files[at] as { path: string; bytes: Uint8Array };
      changed.bytes[0] = (changed.bytes[0] as number) ^ 1;
      expectMismatch({ ...task, shards: [{ ...shard, files }] }, { shard: 0, path: changed.path });
    }
  });

  it("takes no other root, shards in another order, nor some of them", () => {
    const task = fetched(3);
    expectMismatch({ ...task, root: fetched(2).root }, {});
    expectMismatch({ ...task, shards: task.shards.toReversed() }, {});
    expectMismatch({ ...task, shards: task.shards.slice(1) }, {});
    expectMismatch({ ...task, shards: task.shards.slice(0, 1) }, {});
    expect(() => verifyResult({ ...task, shards: [] })).to.throw(ResultManifestInvalidError);
  });

  it("takes no result of another task or spec, though the root be right", () => {
    const task = fetched(2);
    expectMismatch({ ...task, task: 4 }, { shard: 0 });
    expectMismatch({ ...task, spec: cidOf("other") }, { shard: 0 });
  });

  it("takes a manifest only as its canonical bytes", () => {
    const task = fetched(1);
    const [shard] = task.shards as [ShardResult];
    const spaced = Uint8Array.from([...shard.manifest, 0x20]);
    expect(() => verifyResult({ ...task, shards: [{ ...shard, manifest: spaced }] })).to.throw(
      ResultManifestInvalidError,
    );
  });
});
