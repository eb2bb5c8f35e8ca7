import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");
const NPM = "https://registry.npmjs.org";

interface Locked {
  version: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** An npm registry that knows what package-lock.json names, and nothing else. */
export interface LockedRegistry extends AsyncDisposable {
  url: string;
}

/**
 * A registry of metadata only: npm resolves an installation by it as ever, to versions that do not change under a test,
 * and finds their tarballs in its own cache, where `npm ci` put them (or else where they come from).
 */
export async function startLockedRegistry(): Promise<LockedRegistry> {
  const { packages } = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };
  const server = createServer(({ url }, response) => {
    // A tarball that the cache lacks.
    if (url!.includes("/-/")) return response.writeHead(302, { location: `${NPM}${url}` }).end();
    const name = decodeURIComponent(url!.slice(1));
    const versions = Object.entries(packages)
      .sort(([a], [b]) => a.length - b.length)
      .filter(([path, { link, integrity }]) => path.endsWith(`node_modules/${name}`) && !link && integrity)
      .map(([, locked]) => [locked.version, versionOf(name, locked)] as const);
    const latest = versions[0]?.[0];
    response.writeHead(latest === undefined ? 404 : 200, { "content-type": "application/json" });
    const document = { name, "dist-tags": { latest }, versions: Object.fromEntries(versions) };
    response.end(JSON.stringify(latest === undefined ? { error: "not in package-lock.json" } : document));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function versionOf(name: string, { integrity, resolved, ...manifest }: Locked) {
  const file = `${name.split("/").at(-1)}-${manifest.version}.tgz`;
  const tarball = resolved ?? `${NPM}/${name}/-/${file}`;
  return { name, ...manifest, dist: { integrity, tarball } };
}
