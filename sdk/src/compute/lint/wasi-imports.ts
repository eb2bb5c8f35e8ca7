/** The one module that a guest may import from. */
export const WASI = "wasi_snapshot_preview1";

/** Parameters and results of a function: `i` is i32, `l` i64, as in `iil:i`. */
type Shape = string;

/** What answers alike on every node. Source: WASI preview 1, and what a Bacalhau 1.9.3 node does. */
export const STRICT_IMPORTS: Record<string, Shape> = {
  args_get: "ii:i",
  args_sizes_get: "ii:i",
  environ_get: "ii:i",
  environ_sizes_get: "ii:i",
  fd_close: "i:i",
  fd_fdstat_get: "ii:i",
  fd_fdstat_set_flags: "ii:i",
  fd_filestat_get: "ii:i",
  fd_prestat_dir_name: "iii:i",
  fd_prestat_get: "ii:i",
  fd_read: "iiii:i",
  fd_seek: "ilii:i",
  fd_tell: "ii:i",
  fd_write: "iiii:i",
  path_filestat_get: "iiiii:i",
  path_open: "iiiiillii:i",
  proc_exit: "i:",
};

/** The rest of preview 1: nodes have it, and each answers in its own way. */
export const LOOSE_IMPORTS: Record<string, Shape> = {
  clock_res_get: "ii:i",
  clock_time_get: "ili:i",
  fd_advise: "illi:i",
  fd_allocate: "ill:i",
  fd_datasync: "i:i",
  fd_fdstat_set_rights: "ill:i",
  fd_filestat_set_size: "il:i",
  fd_filestat_set_times: "illi:i",
  fd_pread: "iiili:i",
  fd_pwrite: "iiili:i",
  fd_readdir: "iiili:i",
  fd_renumber: "ii:i",
  fd_sync: "i:i",
  path_create_directory: "iii:i",
  path_filestat_set_times: "iiiilli:i",
  path_link: "iiiiiii:i",
  path_readlink: "iiiiii:i",
  path_remove_directory: "iii:i",
  path_rename: "iiiiii:i",
  path_symlink: "iiiii:i",
  path_unlink_file: "iii:i",
  poll_oneoff: "iiii:i",
  proc_raise: "i:i",
  random_get: "ii:i",
  sched_yield: ":i",
  sock_accept: "iii:i",
  sock_recv: "iiiiii:i",
  sock_send: "iiiii:i",
  sock_shutdown: "ii:i",
};

/** Why a loose import makes runs differ, and what to do without it. */
export function looseReason(name: string): [what: string, next: string] {
  if (name.startsWith("clock_") || name === "poll_oneoff") {
    return ["tells the time, which differs between runs", "Leave time out: no Date, no Instant, no sleep."];
  }
  if (name === "random_get") {
    return [
      "gives random bytes",
      "Seed your own generator from an argument. In Rust, HashMap's keys are random too: use BTreeMap.",
    ];
  }
  if (name === "fd_readdir") {
    return [
      "lists directories in the order that the node likes",
      "Name the inputs in args instead of listing them.",
    ];
  }
  if (name.startsWith("sock_")) return ["talks to the network", "A job reads its inputs and nothing else."];
  return [
    "is answered by each node in its own way",
    "Keep to flat output files, written once from their start.",
  ];
}
