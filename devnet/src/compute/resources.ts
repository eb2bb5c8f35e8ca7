const UNITS: Record<string, number> = {
  ...{ "": 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, t: 1e12, tb: 1e12 },
  ...{ ki: 2 ** 10, kib: 2 ** 10, mi: 2 ** 20, mib: 2 ** 20, gi: 2 ** 30, gib: 2 ** 30, ti: 2 ** 40 },
  tib: 2 ** 40,
};

/** Bytes that a string such as "64MB" or "1.5 GiB" means; undefined for what means none. */
export function parseMemory(value: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value) ?? [];
  const factor = UNITS[unit?.toLowerCase() ?? "?"];
  return factor === undefined ? undefined : Math.floor(Number(number) * factor);
}
