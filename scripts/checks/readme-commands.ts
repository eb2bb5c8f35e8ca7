import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What stands for `<…>` in a command: a directory that every clone has. */
const ANY_PATH = "contracts/fvm";
/** Getting the repository: whoever runs this has it. */
const BEFORE = /^(git clone|cd) /;

/** The commands of a document's ```sh blocks, in order, each once; `a && b` is two. */
export function commandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
  const commands = blocks
    .join("")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .flatMap((line) => line.replace(/(^|\s)#.*/, "").split("&&"))
    .map((command) => command.trim().replace(/<[^>]+>/g, ANY_PATH))
    .filter((command) => command !== "" && !BEFORE.test(command));
  return [...new Set(commands)];
}

function main(alreadyRun: string[]): void {
  const commands = commandsIn(readFileSync("README.md", "utf8"));
  if (commands.length === 0) {
    console.log("FAIL: README.md has no ```sh block: a newcomer must find the commands there");
    process.exitCode = 1;
  }
  for (const command of commands.filter((each) => !alreadyRun.includes(each))) {
    const { status } = spawnSync(command, {
      shell: true,
      stdio: ["ignore", "inherit", "inherit"],
      timeout: 300_000,
    });
    console.log(`${status === 0 ? "ok  " : "FAIL"} ${command}`);
    if (status === 0) continue;
    console.log(
      "     README.md promises that it works: mend the command, or show what only illustrates as ```text",
    );
    process.exitCode = 1;
  }
}

if (import.meta.main) main(process.argv.slice(2));
