// actions <action> [<number>]: what guests may do, and what they may not. Reports go to standard output, a line each.
import {
  errno,
  fd_close,
  fd_filestat_set_size,
  fd_read,
  fd_seek,
  fd_write,
  oflags,
  path_create_directory,
  path_open,
  path_rename,
  path_symlink,
  path_unlink_file,
  rights,
  whence,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { numberArgument, ROOT } from "../../wasi/files";

const slots = memory.data(64, 8);
let report = "";
let file: u32 = 0;

function say(what: string, result: i64): void {
  report += what + "=" + result.toString() + "\n";
}

function open(path: string, flags: u16, right: u64): u16 {
  const bytes = String.UTF8.encode(path);
  const error = path_open(ROOT, 0, changetype<usize>(bytes), bytes.byteLength, flags, right, 0, 0, slots);
  file = load<u32>(slots);
  return error;
}

function write(to: u32, text: string): u16 {
  const bytes = String.UTF8.encode(text);
  store<usize>(slots, changetype<usize>(bytes));
  store<usize>(slots, bytes.byteLength, 4);
  return fd_write(to, slots, 1, slots + 8);
}

function read(from: u32): i32 {
  store<usize>(slots, slots + 32);
  store<usize>(slots, 32, 4);
  const error = fd_read(from, slots, 1, slots + 8);
  return error == errno.SUCCESS ? load<i32>(slots, 8) : -(<i32>error);
}

/** Everything that a guest can do with files: errno 0 is success, 8 BADF, 44 NOENT, 52 NOSYS, 63 PERM. */
function files(): void {
  const both = rights.FD_READ | rights.FD_WRITE | rights.FD_SEEK;
  say("create", open("outputs/a", oflags.CREAT, both));
  say("write", write(file, "hello"));
  say("seek", fd_seek(file, 1, whence.SET, slots));
  say("read back", read(file));
  say("truncate", fd_filestat_set_size(file, 2));
  fd_close(file);
  say("open existing to write", open("outputs/a", oflags.CREAT, both));
  say("write to existing", write(file, "again"));
  fd_close(file);
  say("create outside", open("elsewhere", oflags.CREAT, both));
  say("create in a missing folder", open("outputs/deep/b", oflags.CREAT, both));
  say("create among inputs", open("in/new", oflags.CREAT, both));
  say("open input to write", open("in/a.txt", 0, both));
  if (load<u32>(slots) > 3) say("write to input", write(file, "x"));
  say("escape by dots", open("../etc/passwd", 0, rights.FD_READ));
  say("escape through outputs", open("outputs/../../etc/passwd", 0, rights.FD_READ));
  say("absolute", open("/etc/passwd", 0, rights.FD_READ));
  say("host file", open("etc/passwd", 0, rights.FD_READ));
  const d = String.UTF8.encode("outputs/d");
  const to = String.UTF8.encode("outputs/renamed");
  const name = String.UTF8.encode("outputs/a");
  say("mkdir", path_create_directory(ROOT, changetype<usize>(d), d.byteLength));
  say(
    "rename",
    path_rename(ROOT, changetype<usize>(name), name.byteLength, ROOT, changetype<usize>(to), to.byteLength),
  );
  say("unlink", path_unlink_file(ROOT, changetype<usize>(name), name.byteLength));
  say(
    "symlink",
    path_symlink(changetype<usize>(name), name.byteLength, ROOT, changetype<usize>(d), d.byteLength),
  );
  say("stdin", read(0));
}

const action = process.argv[1];
if (action == "exit") process.exit(numberArgument(2, 0));
else if (action == "exit-negative") process.exit(-numberArgument(2, 0));
else if (action == "files") files();
else if (action == "grow") {
  const before = memory.grow(numberArgument(2, 0));
  say("grow", before);
} else if (action == "bomb") {
  // Every page is touched: what is only reserved costs nobody anything.
  for (let page = memory.grow(16); page >= 0; page = memory.grow(16)) memory.fill(page << 16, 1, 16 << 16);
  say("pages", memory.size());
} else if (action == "flood") {
  const line = "x".repeat(65536);
  for (;;) write(1, line);
} else if (action == "flood-file") {
  const line = "x".repeat(65536);
  open("outputs/flood", oflags.CREAT, rights.FD_WRITE);
  const target = file;
  while (write(target, line) == errno.SUCCESS) {}
} else if (action == "many-files") {
  for (let index = 0; ; index++) {
    if (open("outputs/" + index.toString(), oflags.CREAT, rights.FD_WRITE) == errno.SUCCESS) fd_close(file);
  }
} else if (action == "loop") {
  while (true) {}
} else if (action == "recurse") {
  say("depth", recurse(0));
} else if (action == "say") {
  for (let index = 0; index < numberArgument(2, 1); index++) write(1, "line " + index.toString() + "\n");
  write(2, "to stderr\n");
} else if (action == "long") {
  write(1, "y".repeat(numberArgument(2, 1)));
}
if (report != "") write(1, report);

function recurse(depth: i32): i32 {
  return depth < 0 ? 0 : recurse(depth + 1) + 1;
}
