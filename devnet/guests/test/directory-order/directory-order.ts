// directory-order <path>: prints a directory's entries in the order in which they come.
import {
  fd_readdir,
  oflags,
  rights,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { fail, open } from "../../wasi/files";

const HEAD = 24;
const SIZE = 4096;
const entries = memory.data(4096, 8);
const used = memory.data(4, 4);
const directory = open(process.argv[1], oflags.DIRECTORY, rights.FD_READDIR);
if (fd_readdir(directory, entries, SIZE, 0, used) != 0) fail("cannot list");
for (let at: usize = 0; at + HEAD < load<u32>(used); ) {
  const size = load<u32>(entries + at, 16);
  process.stdout.write(String.UTF8.decodeUnsafe(entries + at + HEAD, size) + "\n");
  at += HEAD + size;
}
