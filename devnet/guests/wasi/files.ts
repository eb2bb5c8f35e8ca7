// What a guest needs of WASI beside its arguments: the lines of one shard of a file, and files written once.
import {
  errno,
  fd_close,
  fd_read,
  fd_seek,
  fd_write,
  oflags,
  path_open,
  rights,
  whence,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

/** The descriptor of the directory `/`, the only one that a guest starts with. */
export const ROOT: u32 = 3;
const CHUNK: i32 = 65536;
const NEWLINE: u8 = 0x0a;
const words = memory.data(32, 8);

/** Ends the program with exit code 2; the reason goes to standard error. */
export function fail(reason: string): void {
  process.stderr.write(reason + "\n");
  process.exit(2);
}

export function numberArgument(index: i32, preset: i32): i32 {
  if (index >= process.argv.length) return preset;
  const value = I32.parseInt(process.argv[index]);
  if (value < 0 || value.toString() != process.argv[index]) fail("not a number: " + process.argv[index]);
  return value;
}

/** Opens `path`, which may start with a slash. */
export function open(path: string, flags: u16, right: u64): u32 {
  const relative = String.UTF8.encode(path.startsWith("/") ? path.substring(1) : path);
  const error = path_open(ROOT, 0, changetype<usize>(relative), relative.byteLength, flags, right, 0, 0, words);
  if (error != errno.SUCCESS) fail("cannot open " + path + ": errno " + error.toString());
  return load<u32>(words);
}

/** Reads up to `size` bytes: fewer only at the file's end. */
function read(file: u32, target: Uint8Array, at: i32, size: i32): i32 {
  let done = 0;
  while (done < size) {
    store<usize>(words, target.dataStart + at + done);
    store<usize>(words, size - done, 4);
    const error = fd_read(file, words, 1, words + 8);
    if (error != errno.SUCCESS) fail("cannot read: errno " + error.toString());
    const got = load<i32>(words, 8);
    if (got == 0) break;
    done += got;
  }
  return done;
}

function seek(file: u32, offset: i64, from: u8): i64 {
  const error = fd_seek(file, offset, from, words);
  if (error != errno.SUCCESS) fail("cannot seek: errno " + error.toString());
  return load<i64>(words);
}

/** Creates `path` with these contents. */
export function writeFile(path: string, text: string): void {
  writeBytes(path, Uint8Array.wrap(String.UTF8.encode(text)));
}

export function writeBytes(path: string, bytes: Uint8Array): void {
  const file = open(path, oflags.CREAT | oflags.EXCL, rights.FD_WRITE);
  let done = 0;
  while (done < bytes.length) {
    store<usize>(words, bytes.dataStart + done);
    store<usize>(words, bytes.length - done, 4);
    const error = fd_write(file, words, 1, words + 8);
    if (error != errno.SUCCESS) fail("cannot write " + path + ": errno " + error.toString());
    done += load<i32>(words, 8);
  }
  fd_close(file);
}

/** The lines of a file that start in the `shard`-th of `shards` equal ranges of its bytes. */
export class Lines {
  /** The line that `next` came to, without its end. */
  bytes: Uint8Array = new Uint8Array(0);
  private readonly file: u32;
  private buffer: Uint8Array = new Uint8Array(CHUNK);
  private from: i32 = 0;
  private filled: i32 = 0;
  /** Where in the file the next line starts, and where lines are another shard's. */
  private position: i64 = 0;
  private readonly end: i64;

  constructor(path: string, shard: i32 = 0, shards: i32 = 1) {
    if (shards < 1 || shard >= shards) fail("no shard " + shard.toString() + " of " + shards.toString());
    this.file = open(path, 0, rights.FD_READ | rights.FD_SEEK);
    const size = seek(this.file, 0, whence.END);
    this.end = (size * (shard + 1)) / shards;
    const start = (size * shard) / shards;
    this.position = max(start - 1, 0);
    seek(this.file, this.position, whence.SET);
    // The line that starts before this range is another's.
    if (start > 0) this.advance();
  }

  next(): bool {
    return this.position < this.end && this.advance();
  }

  close(): void {
    fd_close(this.file);
  }

  private advance(): bool {
    let at = this.from;
    for (;;) {
      while (at < this.filled && this.buffer[at] != NEWLINE) at++;
      if (at < this.filled) break;
      const scanned = at - this.from;
      const more = this.refill();
      at = this.from + scanned;
      if (!more) {
        if (this.from == this.filled) return false;
        break;
      }
    }
    let length = at - this.from;
    this.position += length + 1;
    if (length > 0 && this.buffer[at - 1] == 0x0d) length--;
    this.bytes = this.buffer.subarray(this.from, this.from + length);
    this.from = min(at + 1, this.filled);
    return true;
  }

  /** More of the file behind what is not taken yet; false at its end. */
  private refill(): bool {
    const kept = this.filled - this.from;
    // What was given out of the old buffer stays as it was.
    const buffer = new Uint8Array(max(kept * 2, CHUNK));
    memory.copy(buffer.dataStart, this.buffer.dataStart + this.from, kept);
    const got = read(this.file, buffer, kept, buffer.length - kept);
    this.buffer = buffer;
    this.from = 0;
    this.filled = kept + got;
    return got > 0;
  }
}
