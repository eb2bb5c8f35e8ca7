import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { commandsIn } from "./readme-commands.ts";

const fence = (...lines: string[]) => `text\n\`\`\`sh\n${lines.join("\n")}\n\`\`\`\n`;

function check(readme: string, ...alreadyRun: string[]): { status: number | null; stdout: string } {
  const root = mkdtempSync(join(tmpdir(), "holdfast-readme-"));
  try {
    writeFileSync(join(root, "README.md"), readme);
    const script = resolve("scripts/checks/readme-commands.ts");
    return spawnSync(process.execPath, [script, ...alreadyRun], { cwd: root, encoding: "utf8" });
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("readme-commands", () => {
  it("finds the commands of sh blocks, each once, with a path for <path>", () => {
    const readme = `${fence("git clone x && cd x", "npm ci && npm test  # all of it", "")}
\`\`\`text
rm -rf /
\`\`\`
${fence("npm ci", "npm run demo -- \\", "  <any directory>")}`;
    expect(commandsIn(readme)).to.deep.equal(["npm ci", "npm test", "npm run demo -- contracts/fvm"]);
  });

  it("passes when each command works, and runs none that ran before", () => {
    const { status, stdout } = check(fence("true", "false"), "false");
    expect(stdout).to.contain("ok   true");
    expect(status).to.equal(0);
  });

  it("fails when a command does, and says what to do", () => {
    const { status, stdout } = check(fence("true && exit 3"));
    expect(stdout).to.contain("FAIL exit 3").and.to.contain("mend the command");
    expect(status).to.equal(1);
  });

  it("fails a README without commands", () => {
    expect(check("# Holdfast\n").status).to.equal(1);
  });
});
