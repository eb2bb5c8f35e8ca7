import { TaskConfigError } from "./exit-codes.ts";

export interface ConfirmMainnetOptions {
  chainId: number;
  /** Whether --yes said so before. */
  yes: boolean;
  /** Whether somebody can answer. */
  onTerminal: boolean;
  ask(question: string): Promise<string>;
}

const MAINNET = 314;
const WORD = "filecoin";

/** Mainnet's money is real: its name is typed, or --yes said before. @throws TaskConfigError if neither */
export async function confirmMainnet({
  chainId,
  yes,
  onTerminal,
  ask,
}: ConfirmMainnetOptions): Promise<void> {
  if (chainId !== MAINNET || yes) return;
  if (!onTerminal) {
    throw new TaskConfigError("This is mainnet, and nobody is there to confirm.", "Run it again with --yes");
  }
  const answer = await ask(`This is mainnet, with real money. Type "${WORD}" to send`);
  if (answer.trim() !== WORD) {
    throw new TaskConfigError(
      "Not confirmed: nothing was sent.",
      "Run it again with --dry-run to look first",
    );
  }
}
