import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const WORKSPACES = ["sdk", "watchers", "devnet", "contracts"];

/** A copy of the repository, to run commands in that write into it. */
export interface Checkout extends AsyncDisposable {
  readonly root: string;
}

/**
 * Copies what git knows of, and what it does not ignore, into a temporary folder. Dependencies and what is compiled are this
 * repository's own; packages of the repository are the copy's.
 */
export async function createCheckout(): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), "holdfast-checkout-"));
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    ...{ cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 },
  });
  for (const path of stdout.split("\0").filter((path) => path !== "")) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    // What was deleted and not yet committed is listed all the same.
    await copyFile(join(ROOT, path), join(root, path)).catch(() => undefined);
  }
  // A copy is of a state before anything was deployed.
  await rm(join(root, "deploy/deployments"), { recursive: true, force: true });
  for (const made of ["artifacts", "cache"]) await symlink(join(ROOT, made), join(root, made));
  await linkDependencies(root);
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

async function linkDependencies(root: string): Promise<void> {
  const modules = join(root, "node_modules");
  await mkdir(join(modules, ".bin"), { recursive: true });
  await mkdir(join(modules, "@holdfast"));
  const own = new Set(["@holdfast", ".bin"]);
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    if (!own.has(name)) await symlink(join(ROOT, "node_modules", name), join(modules, name));
  }
  for (const name of await readdir(join(ROOT, "node_modules/.bin"))) {
    if (name === "holdfast-watch") continue;
    await symlink(join(ROOT, "node_modules/.bin", name), join(modules, ".bin", name));
  }
  await symlink("../../watchers/bin/holdfast-watch.js", join(modules, ".bin/holdfast-watch"));
  for (const workspace of WORKSPACES) {
    await symlink(`../../${workspace}`, join(modules, "@holdfast", workspace));
    const nested = join(ROOT, workspace, "node_modules");
    if (existsSync(nested)) await symlink(nested, join(root, workspace, "node_modules"));
  }
}
