import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { privateKeyToAccount } from "viem/accounts";
import {
  createKeystore,
  KeystoreError,
  KeystoreExistsError,
  KeystoreMalformedError,
  KeystoreModeError,
  KeystorePasswordError,
  KeystoreUnreadableError,
  keystoreAddress,
  readKeystore,
} from "./keystore.ts";

const PASSWORD = "correct horse battery staple";
const KEY = `0x${"7a".repeat(32)}` as const;
const ADDRESS = privateKeyToAccount(KEY).address;
/** Work for tests: derivation takes milliseconds. */
const cost = 1 << 10;

/** The two test vectors of the Web3 Secret Storage Definition: geth's own parameters, and PBKDF2. */
const VECTORS = {
  scrypt: {
    crypto: {
      cipher: "aes-128-ctr",
      cipherparams: { iv: "83dbcc02d8ccb40e466191a123791e0e" },
      ciphertext: "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
      kdf: "scrypt",
      kdfparams: {
        ...{ dklen: 32, n: 262144, p: 8, r: 1 },
        salt: "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
      },
      mac: "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
    },
    id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    version: 3,
  },
  pbkdf2: {
    crypto: {
      cipher: "aes-128-ctr",
      cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
      ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
      kdf: "pbkdf2",
      kdfparams: {
        ...{ c: 262144, dklen: 32, prf: "hmac-sha256" },
        salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
      },
      mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    version: 3,
  },
};
const VECTOR_KEY = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

describe("a keystore file", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-keystore-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const at = (name: string) => join(folder, name);
  const refusal = async (work: Promise<unknown>): Promise<KeystoreError> => {
    const error = await work.then(
      () => expect.fail("nothing was refused"),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(KeystoreError);
    return error as KeystoreError;
  };

  it("gives back the key that was put in, to its password alone", async () => {
    const path = at("key.json");
    expect(await createKeystore(path, { password: PASSWORD, privateKey: KEY, cost })).to.equal(ADDRESS);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readKeystore(path, PASSWORD)).to.deep.equal({ address: ADDRESS, privateKey: KEY });
    expect(await keystoreAddress(path)).to.equal(ADDRESS);
    const error = await refusal(readKeystore(path, "wrong"));
    expect(error).to.be.instanceOf(KeystorePasswordError);
    expect(`${error.message}${error.stack}`).to.not.contain(KEY.slice(2)).and.not.contain("wrong");
  });

  it("holds neither key nor password in clear, and is geth's format with geth's r and p", async () => {
    const path = at("format.json");
    await createKeystore(path, { password: PASSWORD, privateKey: KEY, cost });
    const text = await readFile(path, "utf8");
    expect(text).to.not.contain(KEY.slice(2)).and.not.contain(PASSWORD);
    const { address, version, crypto } = JSON.parse(text);
    expect({ address, version }).to.deep.equal({ address: ADDRESS.slice(2).toLowerCase(), version: 3 });
    expect(crypto.kdfparams).to.deep.include({ n: cost, r: 8, p: 1, dklen: 32 });
  });

  it("makes a new key each time", async () => {
    const made = await Promise.all(
      ["one", "two"].map((name) => createKeystore(at(name), { password: PASSWORD, cost })),
    );
    expect(made[0]).to.not.equal(made[1]);
  });

  for (const [kdf, vector] of Object.entries(VECTORS)) {
    it(`reads the definition's vector of ${kdf}`, async () => {
      const path = at(`${kdf}.json`);
      await writeFile(path, JSON.stringify(vector), { mode: 0o600 });
      expect((await readKeystore(path, "testpassword")).privateKey).to.equal(VECTOR_KEY);
      expect(await keystoreAddress(path)).to.equal(undefined);
    });
  }

  it("is never overwritten", async () => {
    const path = at("taken.json");
    await writeFile(path, "mine");
    expect(await refusal(createKeystore(path, { password: PASSWORD, cost }))).to.be.instanceOf(
      KeystoreExistsError,
    );
    expect(await readFile(path, "utf8")).to.equal("mine");
  });

  it("is refused if others may read it, with the command that mends it", async () => {
    const path = at("open.json");
    await createKeystore(path, { password: PASSWORD, cost });
    for (const mode of [0o640, 0o604, 0o660]) {
      await chmod(path, mode);
      const error = await refusal(readKeystore(path, PASSWORD));
      expect(error).to.be.instanceOf(KeystoreModeError);
      expect(error.next).to.equal(`chmod 600 ${path}`);
    }
  });

  it("is refused if it is missing, or something else", async () => {
    expect(await refusal(readKeystore(at("absent.json"), PASSWORD))).to.be.instanceOf(
      KeystoreUnreadableError,
    );
    const path = at("other.json");
    const { address: _, ...rest } = { address: "", ...VECTORS.scrypt };
    for (const text of [
      ...["", "{}", "null", JSON.stringify({ ...rest, version: 1 })],
      JSON.stringify({ ...rest, crypto: { ...rest.crypto, cipher: "aes-256-gcm" } }),
      JSON.stringify({ ...rest, crypto: { ...rest.crypto, kdf: "argon2" } }),
    ]) {
      await writeFile(path, text, { mode: 0o600 });
      expect(await refusal(readKeystore(path, PASSWORD)), text).to.be.instanceOf(KeystoreMalformedError);
    }
  });

  it("is refused if it names another address than its key's", async () => {
    const path = at("renamed.json");
    await createKeystore(path, { password: PASSWORD, privateKey: KEY, cost });
    const file = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...file, address: "11".repeat(20) }));
    expect(await refusal(readKeystore(path, PASSWORD))).to.be.instanceOf(KeystoreMalformedError);
  });
});
