/** Shorter texts are no secrets, and would make holes in everything else. */
const SHORTEST = 8;

/** Takes secrets, in upper or lower case, out of whatever leaves the process: logs, errors, answers, crash output. */
export interface Redactor {
  /** From now on `secret` is shown as `shownAs`. */
  hide(secret: string, shownAs?: string): void;
  clean(text: string): string;
}

/** By what the secrets are, not by where they stand: an error of a library may quote them anywhere. */
export function createRedactor(): Redactor {
  const secrets = new Map<string, { pattern: RegExp; shownAs: string }>();
  return {
    hide(secret, shownAs = "[secret]") {
      const escaped = JSON.stringify(secret).slice(1, -1);
      for (const form of new Set([secret, escaped, encodeURIComponent(secret)])) {
        if (form.length < SHORTEST) continue;
        secrets.set(form, {
          pattern: new RegExp(form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"),
          shownAs,
        });
      }
    },
    clean(text) {
      let cleaned = text;
      for (const { pattern, shownAs } of secrets.values()) cleaned = cleaned.replace(pattern, () => shownAs);
      return cleaned;
    },
  };
}

/** Hides what makes a node's URL a secret: user, password, and any path or query longer than a plain one. */
export function hideUrl(redactor: Redactor, url: string): void {
  const { protocol, host, pathname, search, username, password } = new URL(url);
  if (pathname.length + search.length > 1 || username !== "" || password !== "") {
    redactor.hide(url, `${protocol}//${host}/…`);
    if (password !== "") redactor.hide(password);
    if (pathname.length > 1) redactor.hide(pathname + search, "/…");
  }
}

/** Hides a private key however it is written. */
export function hideKey(redactor: Redactor, key: string): void {
  const digits = key.replace(/^0x/, "");
  for (const form of [digits, BigInt(`0x${digits}`).toString()]) redactor.hide(form);
}
