import { type Check, failed, passed, reasonOf } from "./check.ts";

const TIMEOUT_MS = 5_000;

/** Whether the watcher's daemon answers at its HTTP address, and is ready. */
export async function checkDaemon(url: string): Promise<Check> {
  const name = "daemon";
  let response: Response;
  try {
    response = await fetch(new URL("/ready", url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const why = reasonOf((error as { cause?: unknown }).cause ?? error);
    return failed(
      name,
      `${url} does not answer: ${why}`,
      "Start it: `npx holdfast-watch run`, or give its address (--daemon).",
    );
  }
  const text = (await response.text().catch(() => "")).slice(0, 300).trim();
  if (response.ok) return passed(name, `${url} is ready`);
  return failed(
    name,
    `${url} is not ready (${response.status})${text === "" ? "" : `: ${text}`}`,
    "See why: `npx holdfast-watch status`.",
  );
}
