// file-time <path>: prints when a file was last changed, which differs from machine to machine.
import { filestat, path_filestat_get } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { fail, ROOT } from "../../wasi/files";

const MODIFIED = 48;
const stat = memory.data(64, 8);
const path = String.UTF8.encode(process.argv[1].substring(1));
if (path_filestat_get(ROOT, 0, changetype<usize>(path), path.byteLength, changetype<filestat>(stat)) != 0) fail("no such file");
process.stdout.write(load<u64>(stat, MODIFIED).toString() + "\n");
