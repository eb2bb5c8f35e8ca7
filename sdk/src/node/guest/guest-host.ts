import { createHash } from "node:crypto";
import { type Fd, WASI, WASIProcExit, wasi } from "@bjorn3/browser_wasi_shim";
import type { FileSystemOptions } from "./guest-files.ts";
import type { ImportValue, Memory } from "./web-assembly.ts";

export const WASI_MODULE = "wasi_snapshot_preview1";

/** What a guest can learn of its surroundings beside its arguments, environment and files: nothing of the host's. */
export interface Surroundings extends FileSystemOptions {
  /** What the wall clock shows first, Unix nanoseconds; each look at it takes a millisecond. */
  clockStart: bigint;
  /** What random bytes follow from. */
  randomSeed: string;
}

const TICK = 1_000_000n;
const WASI_EVENT_SIZE = 32;
const SUBSCRIPTION_SIZE = 48;

/** The functions of WASI preview 1 over files in memory. `bind` gives them the memory of the guest that calls them. */
export function createHost(
  args: string[],
  env: string[],
  fds: Fd[],
  surroundings: Surroundings,
): { functions: Record<string, ImportValue>; bind(memory: Memory): void } {
  const shim = new WASI(args, env, fds, { debug: false });
  const memory = () => new DataView(shim.inst.exports.memory.buffer);
  const clock = createClock(surroundings.clockStart);
  const random = createRandom(surroundings.randomSeed);
  const notThere = () => wasi.ERRNO_NOSYS;
  const noSocket = () => wasi.ERRNO_NOTSOCK;
  let exit: WASIProcExit | undefined;

  const own: Record<string, ImportValue> = {
    args_sizes_get(count: number, size: number) {
      const sizes = args.map((arg) => Buffer.byteLength(arg) + 1);
      memory().setUint32(count, args.length, true);
      memory().setUint32(
        size,
        sizes.reduce((sum, each) => sum + each, 0),
        true,
      );
      return wasi.ERRNO_SUCCESS;
    },
    clock_res_get(id: number, at: number) {
      if (id > wasi.CLOCKID_MONOTONIC) return wasi.ERRNO_INVAL;
      memory().setBigUint64(at, TICK, true);
      return wasi.ERRNO_SUCCESS;
    },
    clock_time_get(id: number, _precision: bigint, at: number) {
      if (id > wasi.CLOCKID_MONOTONIC) return wasi.ERRNO_INVAL;
      memory().setBigUint64(at, clock.read(id), true);
      return wasi.ERRNO_SUCCESS;
    },
    random_get(at: number, size: number) {
      const view = memory();
      if ((at >>> 0) + (size >>> 0) > view.byteLength) return wasi.ERRNO_FAULT;
      random(new Uint8Array(view.buffer, at >>> 0, size >>> 0));
      return wasi.ERRNO_SUCCESS;
    },
    /** Whatever is waited for has come: time passes, and there is nothing else to wait for. */
    poll_oneoff(subscriptions: number, events: number, count: number, written: number) {
      if (count === 0) return wasi.ERRNO_INVAL;
      const view = memory();
      for (let index = 0; index < count; index++) {
        const asked = wasi.Subscription.read_bytes(view, subscriptions + index * SUBSCRIPTION_SIZE);
        if (asked.eventtype === wasi.EVENTTYPE_CLOCK) clock.wait(asked.timeout, asked.flags);
        const event = new wasi.Event(asked.userdata, wasi.ERRNO_SUCCESS, asked.eventtype);
        event.write_bytes(view, events + index * WASI_EVENT_SIZE);
      }
      view.setUint32(written, count, true);
      return wasi.ERRNO_SUCCESS;
    },
    proc_exit(code: number) {
      throw (exit ??= new WASIProcExit(code >>> 0));
    },
    proc_raise: notThere,
    sched_yield: () => wasi.ERRNO_SUCCESS,
    path_link: notThere,
    path_readlink: notThere,
    path_symlink: notThere,
    path_rename: notThere,
    ...{ sock_accept: noSocket, sock_recv: noSocket, sock_send: noSocket, sock_shutdown: noSocket },
  };

  const functions: Record<string, ImportValue> = {};
  for (const [name, call] of Object.entries({ ...shim.wasiImport, ...own })) {
    functions[name] = (...values) => {
      // A module that catches the exception by which it ends gets no further.
      if (exit !== undefined) throw exit;
      return withFaults(() => call(...values));
    };
  }
  return {
    functions,
    bind: (memory) => {
      shim.inst = { exports: { memory } } as typeof shim.inst;
    },
  };
}

/** A pointer beyond the guest's memory is the guest's fault, and it is told so. */
function withFaults(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof RangeError && !/call stack/.test(error.message)) return wasi.ERRNO_FAULT;
    throw error;
  }
}

function createClock(start: bigint) {
  let passed = 0n;
  const startOf = (id: number) => (id === wasi.CLOCKID_REALTIME ? start : 0n);
  return {
    read(id: number): bigint {
      passed += TICK;
      return startOf(id) + passed;
    },
    wait(until: bigint, flags: number): void {
      if ((flags & wasi.SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) === 0) passed += until;
    },
  };
}

/** SHA-256 of the seed and a counter. */
function createRandom(seed: string): (target: Uint8Array) => void {
  let counter = 0;
  let block = new Uint8Array(0);
  return (target) => {
    for (let at = 0; at < target.length; ) {
      if (block.length === 0) block = createHash("sha256").update(`${seed} ${counter++}`).digest();
      const part = block.subarray(0, target.length - at);
      target.set(part, at);
      block = block.subarray(part.length);
      at += part.length;
    }
  };
}
