import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { NewTaskDefinition, TaskDefinition } from "hardhat/types/tasks";
import { tasks } from "./index.ts";

/** Options that docs/cli.md tells once for all tasks. */
const COMMON = new Set(["json", "dryRun", "yes", "wait", "key", "from"]);
const WRITES = ["dryRun", "yes", "wait", "key", "from"];

/** What changes the chain, and so has all of WRITES. */
const WRITING = new Set([
  ...["provider register", "provider offer", "provider withdraw"],
  ...["deal propose", "deal extend", "deal end", "deal settle", "deal report", "deal fund"],
  ...["compute node register", "compute node stake", "compute node unstake", "compute job post"],
  ...["compute job approve", "compute job cancel", "compute job refund", "compute job challenge"],
  "deploy",
]);

const isTask = (definition: TaskDefinition): definition is NewTaskDefinition =>
  "options" in definition && "positionalArguments" in definition;
const defined = tasks.filter(isTask);
const nameOf = ({ id }: TaskDefinition) => id.join(" ");

describe("the tasks", function () {
  this.timeout(60_000);

  it("are those that people expect", () => {
    expect(defined.map(nameOf)).to.include.members([
      ...["dataset pack", "dataset verify", "dataset unpack"],
      ...["provider register", "provider offer", "provider list", "provider status", "provider withdraw"],
      ...[
        "deal propose",
        "deal list",
        "deal status",
        "deal extend",
        "deal end",
        "deal settle",
        "deal report",
      ],
      ...["compute node register", "compute node status", "compute node stake", "compute node unstake"],
      ...["compute job post", "compute job list", "compute job status", "compute job result"],
      ...["compute job cancel", "compute job refund", "compute job approve", "compute job challenge"],
      ...["compute lint", "compute run"],
      ...[
        "fil address",
        "fil epoch",
        "fil fees",
        "fil doctor",
        "keys new",
        "keys import",
        "keys list",
        "devnet",
      ],
    ]);
  });

  for (const task of defined) {
    const name = nameOf(task);
    it(`${name}: has --json, and all that a write needs if it is one`, () => {
      expect(task.options).to.have.property("json");
      expect(task.description).to.not.equal("");
      expect("wait" in task.options, "--wait").to.equal(WRITING.has(name));
      if (WRITING.has(name)) expect(task.options).to.include.keys(...WRITES);
    });

    it(`${name}: loads its action`, async () => {
      expect(task.action).to.be.a("function");
      expect((await task.action!()).default).to.be.a("function");
    });
  }
});

describe("docs/cli.md", () => {
  const text = readFileSync("docs/cli.md", "utf8");
  const sections = new Map(
    [
      ...text.matchAll(/^### `npx hardhat ([a-z-]+(?: [a-z-]+){0,2})(.*)`\n([\s\S]*?)(?=^##|$(?![\s\S]))/gm),
    ].map(([, name, usage, body]) => [name as string, { usage: usage as string, body: body as string }]),
  );

  it("has every task, and no other", () => {
    expect([...sections.keys()]).to.have.members(defined.map(nameOf));
  });

  for (const task of defined) {
    const name = nameOf(task);
    it(`tells the arguments of ${name}, with what they are by default`, () => {
      const { usage, body } = sections.get(name)!;
      const positional = task.positionalArguments.map(({ name: argument, type }) =>
        type.endsWith("WITHOUT_DEFAULT") ? `[${argument}]` : `<${argument}>`,
      );
      expect(usage.trim()).to.equal(positional.join(" "));
      const told = [...body.matchAll(/^\| `(--[a-z-]+|<[a-z]+>)`\s*\|[^|]*\| (.*?)\s*\|$/gm)].map(
        ([, argument, value]) => [...[argument, (value as string).replaceAll("`", "")]],
      );
      const options = Object.values(task.options).filter(
        (option) => !(COMMON.has(option.name) && (WRITING.has(name) || option.name === "json")),
      );
      expect(told).to.have.deep.members([
        ...task.positionalArguments.map((argument) => [`<${argument.name}>`, ""]),
        ...options.map((option) => [
          `--${option.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
          option.type === "FLAG" || option.defaultValue === undefined ? "" : String(option.defaultValue),
        ]),
      ]);
    });
  }
});
