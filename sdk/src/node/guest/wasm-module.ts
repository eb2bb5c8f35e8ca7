/** One section of a module: where its contents start and end. */
interface Section {
  id: number;
  start: number;
  end: number;
}

const CUSTOM = 0;
const IMPORT = 2;
const TABLE = 4;
const MEMORY = 5;
const MAX_PAGES = 65_536;
/** Tables hold references outside the memory that is capped; no compiler's table is near this. */
const MAX_TABLE = 100_000;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Why a node loads no such module, in the words of Bacalhau's runtime. */
export class ModuleRefused extends Error {}

/**
 * The module with the maximum of its memory and tables set to what a job may have, so that a growth beyond fails inside
 * of the guest, on every engine at the same page.
 * @param pages of 64 KiB
 */
export function capModule(module: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(module);
  if (!sections.some((section) => section.id === CUSTOM && nameOf(module, section) === "name")) {
    throw new ModuleRefused("Name section not found");
  }
  const parts: Uint8Array[] = [module.subarray(0, HEADER.length)];
  for (const section of sections) {
    const contents = module.subarray(section.start, section.end);
    if (section.id === IMPORT) refuseImportedMemory(module, section);
    if (section.id === MEMORY) parts.push(...sectionOf(MEMORY, capMemories(contents, pages)));
    else if (section.id === TABLE) parts.push(...sectionOf(TABLE, capTables(contents)));
    else parts.push(...sectionOf(section.id, contents));
  }
  return concat(parts);
}

function sectionsOf(module: Uint8Array): Section[] {
  if (HEADER.some((byte, at) => module[at] !== byte)) throw new ModuleRefused("invalid magic number");
  const sections: Section[] = [];
  const reader = new Reader(module, HEADER.length);
  while (reader.at < module.length) {
    const id = reader.byte();
    const size = reader.unsigned();
    const start = reader.at;
    reader.skip(size);
    sections.push({ id, start, end: reader.at });
  }
  return sections;
}

function nameOf(module: Uint8Array, { start, end }: Section): string {
  return new Reader(module.subarray(0, end), start).name();
}

/** A memory from outside would be one that nobody capped: there is no host module that has one. */
function refuseImportedMemory(module: Uint8Array, { start, end }: Section): void {
  const reader = new Reader(module.subarray(0, end), start);
  for (let left = reader.unsigned(); left > 0; left--) {
    const from = reader.name();
    const name = reader.name();
    const kind = reader.byte();
    if (kind === 0) reader.unsigned();
    else if (kind === 3) reader.skip(2);
    else throw new ModuleRefused(`import "${from}"."${name}" is neither a function nor a global`);
  }
}

function capMemories(contents: Uint8Array, pages: number): Uint8Array {
  const reader = new Reader(contents, 0);
  const count = reader.unsigned();
  if (count > 1)
    throw new ModuleRefused(`section memory: at most one memory allowed in module, but read ${count}`);
  if (count === 0) return contents;
  const { min, max, flags } = reader.limits();
  if (flags > 1) throw new ModuleRefused(`section memory: invalid byte for limits: ${flags} != 0x00 or 0x01`);
  if (min > pages) {
    throw new ModuleRefused(
      `section memory: min ${min} pages (${binarySize(min)}) over limit of ${pages} pages (${binarySize(pages)})`,
    );
  }
  if (max !== undefined && max > MAX_PAGES) {
    throw new ModuleRefused(
      `section memory: max ${max} pages (${binarySize(max)}) over limit of ${MAX_PAGES} pages (4 Gi)`,
    );
  }
  return Uint8Array.of(1, 1, ...unsigned(min), ...unsigned(Math.min(max ?? pages, pages)));
}

function capTables(contents: Uint8Array): Uint8Array {
  const reader = new Reader(contents, 0);
  const count = reader.unsigned();
  const out: number[] = [...unsigned(count)];
  for (let left = count; left > 0; left--) {
    const type = reader.byte();
    if (type !== 0x70 && type !== 0x6f) throw new ModuleRefused(`section table: invalid type ${type}`);
    const { min, max, flags } = reader.limits();
    if (flags > 1 || min * count > MAX_TABLE) {
      throw new ModuleRefused(`section table: min ${min} over limit of ${MAX_TABLE} elements`);
    }
    const cap = Math.max(min, Math.floor(MAX_TABLE / count));
    out.push(type, 1, ...unsigned(min), ...unsigned(Math.min(max ?? cap, cap)));
  }
  return Uint8Array.from(out);
}

/** As wazero prints pages: whole units, rounded down. */
function binarySize(pages: number): string {
  const kibi = pages * 64;
  if (kibi < 1024) return `${kibi} Ki`;
  return kibi < 1024 * 1024 ? `${Math.floor(kibi / 1024)} Mi` : `${Math.floor(kibi / 1024 / 1024)} Gi`;
}

function sectionOf(id: number, contents: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(id, ...unsigned(contents.length)), contents];
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new ModuleRefused("unexpected end of the module");
    return byte;
  }

  skip(size: number): void {
    this.at += size;
    if (this.at > this.#bytes.length) throw new ModuleRefused("unexpected end of the module");
  }

  /** LEB128, at most 64 bits: sizes beyond 2^53 lose their low bits, and are too much anyway. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ModuleRefused("a number is longer than 64 bits");
  }

  limits(): { flags: number; min: number; max: number | undefined } {
    const flags = this.byte();
    return { flags, min: this.unsigned(), max: flags & 1 ? this.unsigned() : undefined };
  }

  name(): string {
    const size = this.unsigned();
    const start = this.at;
    this.skip(size);
    return new TextDecoder().decode(this.#bytes.subarray(start, this.at));
  }
}
