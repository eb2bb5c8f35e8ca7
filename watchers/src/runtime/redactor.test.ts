import { expect } from "chai";
import { createRedactor, hideKey, hideUrl } from "./redactor.ts";

describe("redactor", () => {
  it("hides a private key however it is written", () => {
    const redactor = createRedactor();
    const key = `0x${"0aBc".repeat(16)}`;
    hideKey(redactor, key);
    for (const form of [key, key.toLowerCase(), key.slice(2).toUpperCase(), BigInt(key).toString()]) {
      const cleaned = redactor.clean(`signing with ${form}, failed`);
      expect(cleaned).to.match(/^signing with (0x)?\[secret\], failed$/);
    }
  });

  it("hides a password as JSON and URLs escape it", () => {
    const redactor = createRedactor();
    const password = 'a "quoted" pass\\word';
    redactor.hide(password);
    for (const form of [password, JSON.stringify(password), encodeURIComponent(password)]) {
      expect(redactor.clean(form)).not.to.contain("quoted");
    }
  });

  it("shows of a node's URL where it is, not what it holds", () => {
    const redactor = createRedactor();
    hideUrl(redactor, "https://user:pass-of-user@rpc.example/v1/token-in-path?key=token-in-query");
    const text = redactor.clean(
      "URL: https://user:pass-of-user@rpc.example/v1/token-in-path?key=token-in-query, /v1/token-in-path?key=token-in-query",
    );
    expect(text).to.equal("URL: https://rpc.example/…, /…");
    hideUrl(redactor, "http://127.0.0.1:1234/");
    expect(redactor.clean("http://127.0.0.1:1234/")).to.equal("http://127.0.0.1:1234/");
  });

  it("makes no holes for texts too short to be secrets", () => {
    const redactor = createRedactor();
    redactor.hide("a");
    expect(redactor.clean("as it was")).to.equal("as it was");
  });
});
