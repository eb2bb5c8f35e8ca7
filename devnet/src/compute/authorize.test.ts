import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { call } from "../../test/compute/client.ts";
import { type ComputeNode, startComputeNode } from "./compute-node.ts";

const KEY = "a-key-of-twenty-characters";

describe("compute node: who may call it", () => {
  let node: ComputeNode;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-compute-"));
    node = await startComputeNode({
      dataDir: folder,
      users: [
        { alias: "bridge", apiKey: KEY, capabilities: ["read:*", "write:job"] },
        { username: "reader", password: "password-of-it", capabilities: ["read:job"] },
      ],
    });
  });
  after(async () => {
    await node.close();
    await rm(folder, { recursive: true });
  });

  const ask = (authorization?: string, method = "GET", path = "/orchestrator/jobs") =>
    call(node.url, method, path, method === "PUT" ? {} : undefined, authorization ? { authorization } : {});
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

  for (const [what, header, reason] of [
    ["nobody", undefined, "Missing Authorization header"],
    ["a wrong key", "Bearer another-key-of-twenty-more", "invalid API key"],
    ["a wrong password", basic("reader:wrong-password"), "invalid basic auth credentials"],
  ] as const) {
    it(`${what}: 401, with the reason`, async () => {
      const { status, body } = await ask(header);
      expect([status, body.Message, body.Code, body.Component]).to.deep.equal([
        ...[401, "Request Unauthorized", "Unauthorized", "Authorizer"],
      ]);
      expect(body.Details.reason).to.equal(reason);
    });
  }

  it("a user without the capability: 403, with the one that is missing", async () => {
    const { status, body } = await ask(basic("reader:password-of-it"), "PUT");
    expect([status, body.Message]).to.deep.equal([403, "Request Forbidden"]);
    expect(body.Details.reason).to.include("write:job");
    expect((await ask(`Bearer ${KEY}`, "PUT", "/orchestrator/nodes/n-1")).status).to.equal(403);
  });

  it("a user with it: what it asked for", async () => {
    expect((await ask(basic("reader:password-of-it"))).status).to.equal(200);
    expect((await ask(`Bearer ${KEY}`)).status).to.equal(200);
    expect((await ask(`Bearer ${KEY}`, "PUT")).body.Message).to.equal("empty/nil job");
  });

  it("whether it is alive, and its version, is for everyone", async () => {
    for (const path of ["/agent/alive", "/agent/version", "/agent/authconfig"]) {
      expect((await ask(undefined, "GET", path)).status).to.equal(200);
    }
    expect((await ask(undefined, "GET", "/agent/node")).status).to.equal(401);
  });
});
