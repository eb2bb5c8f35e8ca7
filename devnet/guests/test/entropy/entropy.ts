// Prints the clock and random bytes: imports that no strict module has.
import { random_get } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

const bytes = memory.data(8, 8);
random_get(bytes, 8);
process.stdout.write(process.time().toString() + " " + load<u64>(bytes).toString() + "\n");
