/** Bytes stop making sense as WebAssembly. Never leaves the linter: it becomes a finding. */
export class WasmMalformed extends Error {
  readonly offset: number;
  constructor(offset: number, why: string) {
    super(why);
    this.offset = offset;
  }
}

/** Programs have thousands of functions; far more are there only to keep whoever reads them busy. */
const MAX_COUNT = 200_000;

/** Reads a part of a module from its front; every read is bounds-checked. Offsets are those of the whole module. */
export class WasmReader {
  readonly #bytes: Uint8Array;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  /** The next byte, which stays unread; -1 at the end. */
  peek(): number {
    return this.done ? -1 : (this.#bytes[this.offset] as number);
  }

  byte(): number {
    if (this.done) throw new WasmMalformed(this.offset, "it ends in the middle of something");
    return this.#bytes[this.offset++] as number;
  }

  /** Skips `length` bytes and gives a view on them. */
  take(length: number): Uint8Array {
    if (length > this.end - this.offset) {
      throw new WasmMalformed(this.offset, `it should have ${length} more bytes`);
    }
    this.offset += length;
    return this.#bytes.subarray(this.offset - length, this.offset);
  }

  /** A reader for the next `length` bytes, which this one skips. */
  part(length: number): WasmReader {
    const start = this.offset;
    this.take(length);
    return new WasmReader(this.#bytes, start, start + length);
  }

  /** A reader of the same part, from another offset. */
  from(offset: number): WasmReader {
    return new WasmReader(this.#bytes, offset, this.end);
  }

  /** What is unread, as a view. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.offset, this.end);
  }

  u32(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new WasmMalformed(start, "a number has more than 32 bits");
  }

  /** Skips a signed or unsigned LEB128 of at most `bits`. */
  skipLeb(bits: 32 | 33 | 64): void {
    const start = this.offset;
    for (let left = Math.ceil(bits / 7); left > 0; left--) if (this.byte() < 0x80) return;
    throw new WasmMalformed(start, `a number has more than ${bits} bits`);
  }

  /** How many elements follow. Each has at least one byte, so there cannot be more of them than bytes. */
  count(): number {
    const start = this.offset;
    const count = this.u32();
    if (count > this.end - this.offset) throw new WasmMalformed(start, `it cannot hold ${count} elements`);
    if (count > MAX_COUNT) throw new WasmMalformed(start, `${count} elements are more than engines take`);
    return count;
  }

  name(): string {
    const bytes = this.take(this.u32());
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new WasmMalformed(this.offset - bytes.length, "a name is not UTF-8");
    }
  }
}
