#!/usr/bin/env node
// Before any import: older versions of Node crash in the database's native code instead of saying so.
const OLDEST = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < OLDEST) {
  console.error(
    `holdfast-watch needs Node ${OLDEST} or later; this is Node ${process.versions.node}.\n` +
      "Next: npx holdfast-watch (npm ci has installed the right Node beside it), or install a newer Node.",
  );
  process.exit(3);
}
const { main } = await import("../src/main.ts");
await main(process.argv);
process.exit();
