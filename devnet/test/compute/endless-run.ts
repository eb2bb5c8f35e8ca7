/** Runs a guest that never ends, and says so a moment after its process is there. */
import { runGuest } from "@holdfast/sdk/node";
import { modules } from "./client.ts";

void runGuest({ module: modules.loop, limits: { timeMs: 60_000 } });
setTimeout(() => process.send?.("running"), 1_000);
