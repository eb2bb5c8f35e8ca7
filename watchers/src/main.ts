import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Context, GlobalFlags } from "./cli/context.ts";
import type { DrainFlags } from "./cli/drain.ts";
import type { IntentFlags } from "./cli/intents.ts";
import type { KeyFlags } from "./cli/key.ts";
import { VERSION } from "./cli/version.ts";
import { createRedactor } from "./runtime/redactor.ts";
import { EXIT, StopError } from "./runtime/stop-error.ts";

const redactor = createRedactor();

/** `holdfast-watch`: runs a command, and leaves its exit code. Commands are loaded when they are called. */
export async function main(argv: readonly string[]): Promise<void> {
  // Nothing that a library throws into the void may carry a secret to the terminal.
  process.on("uncaughtException", (error) => {
    report(error, false);
    process.exit(process.exitCode);
  });
  const program = new Command("holdfast-watch")
    .description(
      "Keeps datasets stored on Filecoin: proposes deals, follows, proves, settles and repairs them.",
    )
    .version(VERSION)
    .option("-c, --config <path>", "JSON file (default: HOLDFAST_WATCH_CONFIG, else holdfast.json)")
    .option("--json", "one JSON object on stdout")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      "\nExit codes: 0 ok, 1 error, 2 incomplete, 3 configuration, 4 stopped for a person to look, 130 interrupted.",
    );
  const globals = () => program.opts<GlobalFlags>();

  /** A command: its work is told the context and the flags, and returns the exit code. */
  const on =
    <Flags>(work: (context: Context, flags: Flags) => Promise<number>) =>
    async (...given: unknown[]) => {
      const { openContext } = await import("./cli/context.ts");
      const flags = given.at(-2) as Flags;
      process.exitCode = await work(openContext(globals(), redactor), flags);
    };

  const onIntent =
    <Flags>(work: (context: Context, id: number, flags: Flags) => Promise<number>) =>
    (id: string, flags: Flags, command: Command) =>
      on<Flags>((context) => work(context, wholeNumber(id), flags))(flags, command);

  withKey(program.command("run"))
    .description("run until SIGTERM or SIGINT; a second one ends it at once")
    .option("--dry-run", "say what a round would do, and send nothing")
    .action(
      on<KeyFlags & { dryRun?: boolean }>(async (context, flags) => {
        if (flags.dryRun) return (await import("./cli/dry-run.ts")).dryRun(context, flags);
        return (await import("./cli/run.ts")).run(context, flags);
      }),
    );
  program
    .command("status")
    .description("what the database holds and a running daemon says; 2 unless one is running and ready")
    .action(on(async (context) => (await import("./cli/status.ts")).status(context)));
  program
    .command("intents")
    .description("intents, newest first")
    .option("--state <state...>", "only in these states")
    .option("--kind <kind...>", "only of these kinds")
    .option("--limit <count>", "most rows", wholeNumber, 50)
    .action(
      on<IntentFlags>(async (context, flags) => (await import("./cli/intents.ts")).intents(context, flags)),
    );
  withKey(program.command("drain"))
    .description("sign nothing new, see to its end what is signed; 2 if something is not final")
    .option("--timeout <seconds>", "give up after so long", wholeNumber)
    .action(on<DrainFlags>(async (context, flags) => (await import("./cli/drain.ts")).drain(context, flags)));
  program
    .command("retry <id>")
    .description("give an intent that waits for a person another round of tries")
    .action(onIntent(async (context, id) => (await import("./cli/resolve.ts")).retry(context, id)));
  program
    .command("skip <id>")
    .description("give an intent up that has not been signed, or whose receipt no node has any more")
    .requiredOption("--reason <text>", "kept with the intent")
    .action(
      onIntent<{ reason: string }>(async (context, id, { reason }) =>
        (await import("./cli/resolve.ts")).skip(context, id, reason),
      ),
    );
  program
    .command("verify")
    .description("compare what was done with the chain; 2 if they differ")
    .action(on(async (context) => (await import("./cli/verify.ts")).verify(context)));
  program
    .command("export")
    .description("everything final, as JSON lines")
    .option("--output <path>", "into a file")
    .action(
      on<{ output?: string }>(async (context, flags) =>
        (await import("./cli/export.ts")).exportEvents(context, flags),
      ),
    );
  program
    .command("rebuild")
    .description("set a damaged database aside; the next run reads everything from the chain")
    .option(
      "--force",
      "also one that is not damaged, or too damaged to say whether a daemon runs on it: none does",
    )
    .action(
      on<{ force?: boolean }>(async (context, flags) =>
        (await import("./cli/rebuild.ts")).rebuild(context, flags),
      ),
    );

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are no errors; commander has said what is wrong with the rest.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.config;
      return;
    }
    report(error, globals().json === true);
  }
}

function withKey(command: Command): Command {
  return command
    .option("--password-fd <number>", "file descriptor with the keystore's password", wholeNumber)
    .option("--insecure-dev", "take a bare key from HOLDFAST_WATCH_INSECURE_KEY, on a devnet");
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** What went wrong, without secrets; its exit code. A bug comes with its stack. */
function report(error: unknown, json: boolean): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  process.exitCode = error instanceof StopError ? error.exitCode : EXIT.error;
  process.stderr.write(`${redactor.clean(error instanceof StopError ? message : (stack ?? message))}\n`);
  if (!json) return;
  const [what, next] = message.split("\nNext: ");
  process.stdout.write(`${redactor.clean(JSON.stringify({ error: { name, message: what, next } }))}\n`);
}
