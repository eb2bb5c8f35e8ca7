import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * What process ids are unique in: on Linux a host since its last start, and a PID namespace in it, since containers count
 * processes on their own.
 */
export function machineName(): string {
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8));
  const namespace = attempt(() => /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0]);
  return [hostname(), boot, namespace].filter((part) => part !== undefined).join("/");
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
