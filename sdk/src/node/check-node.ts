import { type Check, failed, passed } from "../doctor/check.ts";
import { KeystoreError, keystoreAddress } from "./keystore.ts";

/** Holdfast's code is TypeScript that Node runs as it is. */
const LEAST = [22, 18] as const;

/** Whether the Node that runs this can run Holdfast. @param version as in process.version */
export function checkNodeVersion(version = process.version): Check {
  const name = "Node";
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const recent = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
  if (recent) return passed(name, version);
  return failed(
    name,
    `${version} is older than ${LEAST.join(".")}`,
    "Run it by `npx hardhat …` in the repository after `npm ci`: that brings the Node it needs.",
  );
}

/** Whether a keystore file is there, is one, and is its owner's alone. */
export async function checkKeystore(path: string): Promise<Check> {
  const name = "keystore file";
  try {
    const address = await keystoreAddress(path);
    return passed(name, `${path}, mode 0600, ${address ?? "which names no address"}`);
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    return failed(name, error.shortMessage, error.next ?? "");
  }
}
