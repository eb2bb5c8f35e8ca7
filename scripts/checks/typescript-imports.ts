import { existsSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { filesIn, read } from "./check.ts";
import { type Reference, referencesIn } from "./typescript-source.ts";

type Fault = string | undefined;

const AREAS = ["sdk", "watchers", "devnet", "app", "tasks", "deploy", "examples"];
const FROM_PACKAGE = new Map(AREAS.map((area) => [`@holdfast/${area}`, area]));

/** What no file of an area may import; `node` stands for Node's own modules. */
const NEVER: Record<string, string[]> = {
  sdk: ["node", "hardhat", "watchers", "app", "devnet", "tasks", "deploy", "scripts", "artifacts"],
  watchers: ["hardhat", "app", "devnet", "tasks", "deploy", "scripts", "artifacts"],
  devnet: ["watchers", "app", "tasks"],
  app: ["node", "hardhat", "watchers", "devnet", "tasks", "deploy", "scripts", "artifacts"],
  tasks: ["watchers", "app", "devnet"],
  deploy: ["watchers", "app", "devnet", "tasks"],
  examples: ["hardhat", "app", "tasks", "deploy", "scripts", "artifacts"],
};

const INSTEAD: Record<string, string> = {
  node: "it must run in browsers. Node's modules belong in sdk/src/node/ (app: none)",
  hardhat: "Hardhat is for tasks/, deploy/, devnet/ and tests. Take a viem client as an argument",
  artifacts: "artifacts reach it through scripts/codegen. Import ABI and addresses from the sdk",
  devnet: "only the demo, tests and the devnet command import the devnet. Take its address as configuration",
};

/** Imports, and uses of the environment and the clock, that the architecture forbids, each with what to do. */
export function typescriptImports(root: string): string[] {
  return filesIn(root, [`{${AREAS.join(",")}}/**/*.{ts,tsx}`]).flatMap((path) => {
    const declared = packagesOf(root, path);
    return referencesIn(path, read(root, path)).flatMap((reference) => {
      const fault = faultOf(path, reference, declared);
      const verb = reference.kind === "import" ? "imports" : "uses";
      return fault === undefined ? [] : [`${path}:${reference.line} ${verb} ${reference.target}: ${fault}`];
    });
  });
}

function faultOf(path: string, reference: Reference, declared: Set<string>): Fault {
  const isTest = /\.test\.tsx?$/.test(path) || /^\w+\/test\//.test(path);
  if (isTest) return undefined;
  if (reference.kind === "use") return useFault(path, reference.target);
  const decides = /^watchers\/src\/[^/]+\/decide\.ts$/.test(path);
  if (decides && !reference.typeOnly) {
    return "decide.ts is a pure function from state to intents. Use `import type`; pass in values and results";
  }
  return (
    areaFault(path, reference) ?? siblingFault(path, reference) ?? packageFault(reference.target, declared)
  );
}

function areaFault(path: string, { target }: Reference): Fault {
  const area = path.split("/")[0]!;
  const owner = ownerOf(path, target);
  if (owner === "sdk" && path.startsWith("deploy/modules/")) {
    return "a module says what is deployed, and no more: Ignition alone. What looks at a chain stands beside modules/";
  }
  if (area === "examples" && owner !== area && target.startsWith(".")) {
    return "an example is what another project would write. Import the package (@holdfast/sdk)";
  }
  if (owner === area || !NEVER[area]!.includes(owner)) return undefined;
  if (owner === "node" && path.startsWith("sdk/src/node/")) return undefined;
  if (owner === "devnet" && path.startsWith("tasks/devnet")) return undefined;
  return `${area}/ never imports ${owner}: ${INSTEAD[owner] ?? `nothing flows back from ${owner}/ to ${area}/. Move what both need into the sdk`}`;
}

/** A watcher knows runtime/ and itself, of the configuration the types alone; cli/ puts all of them together. */
function siblingFault(path: string, { target, typeOnly }: Reference): Fault {
  const watcher = /^watchers\/src\/([^/]+)\//.exec(path)?.[1];
  if (watcher === undefined || watcher === "cli" || !target.startsWith(".")) return undefined;
  const resolved = posix.join(posix.dirname(path), target);
  const sibling = /^watchers\/src\/([^/]+)/.exec(resolved)?.[1];
  if (sibling === undefined || sibling === watcher || sibling === "runtime") return undefined;
  if (sibling === "config.ts" && typeOnly) return undefined;
  return "a watcher imports runtime/, the sdk and its own folder. Move what both need into runtime/, or take it as an argument";
}

function useFault(path: string, target: string): Fault {
  if (!path.startsWith("watchers/")) return undefined;
  if (target === "process.env") {
    if (path === "watchers/src/config.ts") return undefined;
    return "only watchers/src/config.ts reads the environment. Add the variable there and take it as an argument";
  }
  if (path === "watchers/src/runtime/clock.ts") return undefined;
  return "time is injected, so that tests can set it. Take the clock of watchers/src/runtime/clock.ts as an argument";
}

/** A package that is used is declared beside its user: the root's hoisting hides what an installed sdk would lack. */
function packageFault(target: string, declared: Set<string>): Fault {
  // Who may import Hardhat is said above, and its plugins come with the root's toolbox.
  if (target.startsWith(".") || isBuiltin(target) || isHardhat(target)) return undefined;
  const name = target.split("/", target.startsWith("@") ? 2 : 1).join("/");
  return declared.has(name)
    ? undefined
    : `${name} is not a dependency. Declare it in the nearest package.json`;
}

/** The area, "node", "hardhat" or "artifacts" that `target` belongs to; "" for any other package. */
function ownerOf(path: string, target: string): string {
  if (target.startsWith(".")) return posix.join(posix.dirname(path), target).split("/")[0]!;
  if (isBuiltin(target)) return "node";
  if (isHardhat(target)) return "hardhat";
  return FROM_PACKAGE.get(target.split("/", 2).join("/")) ?? "";
}

function isHardhat(target: string): boolean {
  return /^(hardhat$|hardhat\/|@nomicfoundation\/)/.test(target);
}

function isBuiltin(target: string): boolean {
  return target.startsWith("node:") || builtinModules.includes(target);
}

function packagesOf(root: string, path: string): Set<string> {
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const manifest = posix.join(folder, "package.json");
    if (!existsSync(join(root, manifest))) {
      if (folder === ".") return new Set();
      continue;
    }
    const { name, dependencies, devDependencies, peerDependencies } = JSON.parse(read(root, manifest));
    const inRoot = folder === ".";
    return new Set(
      Object.keys({
        ...dependencies,
        ...peerDependencies,
        ...(inRoot ? devDependencies : {}),
        [name]: "",
      }).concat(inRoot ? [...FROM_PACKAGE.keys()] : []),
    );
  }
}
