import { Fd, Inode, wasi } from "@bjorn3/browser_wasi_shim";

const WRITE = BigInt(wasi.RIGHTS_FD_WRITE);
const NO_DATA = new Uint8Array();

/** How directories list their entries: by name, or by name backwards. */
export type DirectoryOrder = "ascending" | "descending";

/** What all files of one run share. */
export interface FileSystemOptions {
  /** Every file's times, Unix nanoseconds. */
  fileTime: bigint;
  order: DirectoryOrder;
  /** Counts bytes that are about to be kept; throws when they are too many. */
  spend(bytes: number): void;
}

function stat(inode: Inode, type: number, size: number, options: FileSystemOptions): wasi.Filestat {
  const filestat = new wasi.Filestat(inode.ino, type, BigInt(size));
  filestat.nlink = 1n;
  filestat.atim = filestat.mtim = filestat.ctim = options.fileTime;
  // The library's own puts the times at odd offsets.
  filestat.write_bytes = (view, at) => {
    const words = [filestat.dev, filestat.ino, BigInt(type), filestat.nlink, filestat.size];
    for (const [index, word] of [...words, ...Array(3).fill(options.fileTime)].entries()) {
      view.setBigUint64(at + index * 8, word, true);
    }
  };
  return filestat;
}

/** A file in memory. Inputs are never written; an output is written through the descriptor that created it. */
export class GuestFile extends Inode {
  readonly options: FileSystemOptions;
  #bytes: Uint8Array;
  #size: number;
  #fresh: boolean;

  constructor(options: FileSystemOptions, bytes?: Uint8Array) {
    super();
    this.options = options;
    this.#bytes = bytes ?? new Uint8Array(0);
    this.#size = this.#bytes.length;
    this.#fresh = bytes === undefined;
  }

  get contents(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  write(data: Uint8Array, at: number): void {
    const end = at + data.length;
    this.options.spend(Math.max(0, end - this.#size));
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.contents);
      this.#bytes = grown;
    }
    this.#bytes.set(data, at);
    this.#size = Math.max(this.#size, end);
  }

  override path_open(_oflags: number, rights: bigint) {
    const writable = this.#fresh && (rights & WRITE) !== 0n;
    this.#fresh = false;
    return { ret: wasi.ERRNO_SUCCESS, fd_obj: new OpenFile(this, writable) };
  }

  override stat(): wasi.Filestat {
    return stat(this, wasi.FILETYPE_REGULAR_FILE, this.#size, this.options);
  }
}

class OpenFile extends Fd {
  readonly #file: GuestFile;
  readonly #writable: boolean;
  #at = 0;

  constructor(file: GuestFile, writable: boolean) {
    super();
    this.#file = file;
    this.#writable = writable;
  }

  override fd_fdstat_get() {
    const fdstat = new wasi.Fdstat(wasi.FILETYPE_REGULAR_FILE, 0);
    fdstat.fs_rights_base = BigInt(wasi.RIGHTS_FD_READ | wasi.RIGHTS_FD_SEEK | wasi.RIGHTS_FD_TELL);
    if (this.#writable) fdstat.fs_rights_base |= WRITE;
    return { ret: 0, fdstat };
  }

  override fd_fdstat_set_flags() {
    return wasi.ERRNO_SUCCESS;
  }

  override fd_filestat_get() {
    return { ret: 0, filestat: this.#file.stat() };
  }

  override fd_filestat_set_size() {
    return wasi.ERRNO_NOSYS;
  }

  override fd_read(size: number) {
    const { ret, data } = this.fd_pread(size, BigInt(this.#at));
    this.#at += data.length;
    return { ret, data };
  }

  override fd_pread(size: number, offset: bigint) {
    const at = Number(offset);
    return { ret: 0, data: this.#file.contents.subarray(at, at + size) };
  }

  override fd_write(data: Uint8Array) {
    const written = this.fd_pwrite(data, BigInt(this.#at));
    this.#at += written.nwritten;
    return written;
  }

  override fd_pwrite(data: Uint8Array, offset: bigint) {
    if (!this.#writable) return { ret: wasi.ERRNO_BADF, nwritten: 0 };
    this.#file.write(data, Number(offset));
    return { ret: 0, nwritten: data.length };
  }

  override fd_seek(offset: bigint, whence: number) {
    const { length } = this.#file.contents;
    const from = [0, this.#at, length][whence];
    const target = from === undefined ? -1 : from + Number(offset);
    if (target < 0 || target > Number.MAX_SAFE_INTEGER) return { ret: wasi.ERRNO_INVAL, offset: 0n };
    this.#at = target;
    return { ret: 0, offset: BigInt(target) };
  }

  override fd_tell() {
    return { ret: 0, offset: BigInt(this.#at) };
  }
}

/** A directory in memory. Guests create plain files in those that are outputs, and nothing anywhere else. */
export class GuestDirectory extends Inode {
  readonly entries = new Map<string, GuestFile | GuestDirectory>();
  readonly options: FileSystemOptions;
  readonly #output: boolean;

  constructor(options: FileSystemOptions, output = false) {
    super();
    this.options = options;
    this.#output = output;
  }

  override path_open() {
    return { ret: wasi.ERRNO_SUCCESS, fd_obj: new OpenDirectory(this) };
  }

  override stat(): wasi.Filestat {
    return stat(this, wasi.FILETYPE_DIRECTORY, 0, this.options);
  }

  /** What lies at `path`, or why nothing does. */
  find(path: string): GuestFile | GuestDirectory | number {
    const parts = partsOf(path);
    if (parts === undefined) return wasi.ERRNO_PERM;
    let entry: GuestFile | GuestDirectory = this;
    for (const part of parts) {
      if (!(entry instanceof GuestDirectory)) return wasi.ERRNO_NOTDIR;
      const child = entry.entries.get(part);
      if (child === undefined) return wasi.ERRNO_NOENT;
      entry = child;
    }
    if (path.endsWith("/") && entry instanceof GuestFile) return wasi.ERRNO_NOTDIR;
    return entry;
  }

  create(path: string): GuestFile | number {
    const parts = partsOf(path);
    const name = parts?.pop();
    if (parts === undefined || name === undefined) return wasi.ERRNO_PERM;
    const folder = this.find(parts.join("/"));
    if (!(folder instanceof GuestDirectory) || !folder.#output) return wasi.ERRNO_NOENT;
    this.options.spend(FILE_COST);
    const file = new GuestFile(this.options);
    folder.entries.set(name, file);
    return file;
  }

  /** Names in the run's order. */
  list(): [string, GuestFile | GuestDirectory][] {
    const sorted = [...this.entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return this.options.order === "ascending" ? sorted : sorted.reverse();
  }
}

/** What an empty file counts: its name and its place in tables and archives are bytes too. */
const FILE_COST = 512;

/** The parts of a path from the root; undefined for one that leaves it. */
function partsOf(path: string): string[] | undefined {
  if (path.startsWith("/")) return undefined;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}

class OpenDirectory extends Fd {
  readonly #directory: GuestDirectory;
  #listing: [string, GuestFile | GuestDirectory][] | undefined;

  constructor(directory: GuestDirectory) {
    super();
    this.#directory = directory;
  }

  override fd_fdstat_get() {
    return { ret: 0, fdstat: new wasi.Fdstat(wasi.FILETYPE_DIRECTORY, 0) };
  }

  override fd_filestat_get() {
    return { ret: 0, filestat: this.#directory.stat() };
  }

  override fd_read() {
    return { ret: wasi.ERRNO_ISDIR, data: NO_DATA };
  }

  override fd_readdir_single(cookie: bigint) {
    if (cookie === 0n) this.#listing = this.#directory.list();
    const own: [string, GuestFile | GuestDirectory][] = [
      [".", this.#directory],
      ["..", this.#directory],
    ];
    const found = [...own, ...(this.#listing ?? this.#directory.list())][Number(cookie)];
    if (found === undefined) return { ret: 0, dirent: null };
    const [name, entry] = found;
    const { filetype } = entry.stat();
    return { ret: 0, dirent: new wasi.Dirent(cookie + 1n, entry.ino, name, filetype) };
  }

  override path_filestat_get(_flags: number, path: string) {
    const entry = this.#directory.find(path);
    return typeof entry === "number" ? { ret: entry, filestat: null } : { ret: 0, filestat: entry.stat() };
  }

  override path_open(_flags: number, path: string, oflags: number, rights: bigint) {
    const fail = (ret: number) => ({ ret, fd_obj: null });
    if (path === "") return fail(wasi.ERRNO_INVAL);
    let entry = this.#directory.find(path);
    if (typeof entry === "number") {
      if (entry !== wasi.ERRNO_NOENT || (oflags & wasi.OFLAGS_CREAT) === 0) return fail(entry);
      entry = this.#directory.create(path);
      if (typeof entry === "number") return fail(entry);
    } else if ((oflags & wasi.OFLAGS_EXCL) !== 0) return fail(wasi.ERRNO_EXIST);
    if ((oflags & wasi.OFLAGS_DIRECTORY) !== 0 && entry instanceof GuestFile) return fail(wasi.ERRNO_NOTDIR);
    return entry instanceof GuestFile ? entry.path_open(oflags, rights) : entry.path_open();
  }

  override path_create_directory() {
    return wasi.ERRNO_NOSYS;
  }

  override path_remove_directory() {
    return wasi.ERRNO_NOSYS;
  }

  override path_unlink_file() {
    return wasi.ERRNO_NOSYS;
  }
}

/** The one directory that a guest starts with. */
export class RootDirectory extends OpenDirectory {
  override fd_prestat_get() {
    return { ret: 0, prestat: wasi.Prestat.dir("/") };
  }
}

/** Standard output or error: kept whole, with the size of what was written first. */
export class OutputStream extends Fd {
  firstWrite = 0;
  readonly #file: GuestFile;

  constructor(options: FileSystemOptions) {
    super();
    this.#file = new GuestFile(options);
  }

  get contents(): Uint8Array {
    return this.#file.contents;
  }

  override fd_fdstat_get() {
    const fdstat = new wasi.Fdstat(wasi.FILETYPE_CHARACTER_DEVICE, 0);
    fdstat.fs_rights_base = WRITE;
    return { ret: 0, fdstat };
  }

  override fd_filestat_get() {
    return { ret: 0, filestat: stat(this.#file, wasi.FILETYPE_CHARACTER_DEVICE, 0, this.#file.options) };
  }

  override fd_write(data: Uint8Array) {
    this.firstWrite ||= data.length;
    this.#file.write(data, this.#file.contents.length);
    return { ret: 0, nwritten: data.length };
  }
}

/** Standard input: at its end from the start. */
export class EmptyInput extends Fd {
  override fd_fdstat_get() {
    return { ret: 0, fdstat: new wasi.Fdstat(wasi.FILETYPE_CHARACTER_DEVICE, 0) };
  }

  override fd_read() {
    return { ret: 0, data: NO_DATA };
  }
}
