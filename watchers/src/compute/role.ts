/** What became of an intent. */
export interface Done<Intent> {
  intent: Intent;
  /** Why it failed; it is decided anew in the next round. */
  error?: Error;
}

/** One party of the compute market, stepped by its caller. */
export interface Role<Intent> {
  /** Loads, decides, and does what was decided, one after the other. */
  step(): Promise<Done<Intent>[]>;
}

/** Does intents in order; one that fails is no reason not to do the others. */
export async function actOn<Intent>(
  intents: readonly Intent[],
  act: (intent: Intent) => Promise<void>,
): Promise<Done<Intent>[]> {
  const done: Done<Intent>[] = [];
  for (const intent of intents) {
    try {
      await act(intent);
      done.push({ intent });
    } catch (error) {
      done.push({ intent, error: error as Error });
    }
  }
  return done;
}
