export const MIB = 1 << 20;

/** The best speed of several cases over the same amount of data. */
export class Speeds {
  readonly #mib: number;
  readonly #best = new Map<string, number>();

  constructor(mib: number) {
    this.#mib = mib;
  }

  /** Runs a case once more. */
  async measure<Result>(name: string, run: () => Result | Promise<Result>): Promise<Result> {
    const start = performance.now();
    const result = await run();
    const mibPerSecond = this.#mib / ((performance.now() - start) / 1000);
    this.#best.set(name, Math.max(mibPerSecond, this.#best.get(name) ?? 0));
    return result;
  }

  /** A line a case: MiB/s, and for every column how many times the speed of the case it names. */
  print(columns: Record<string, string>): void {
    const rows = [...this.#best].map(([name, speed]) => [
      name,
      {
        "MiB/s": round(speed),
        ...Object.fromEntries(
          Object.entries(columns).map(([column, base]) => [column, round(speed / this.#best.get(base)!)]),
        ),
      },
    ]);
    console.table(Object.fromEntries(rows));
  }
}

/** Bytes without a pattern, the same in every run; no two MiB are equal. */
export function distinctBytes(length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = 1;
  for (let at = 0; at < words.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223 + (at >> 18)) >>> 0;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** To three digits. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
