import { KERNEL_BASE64 } from "./kernel-module.ts";

/** What is used here of WebAssembly, which TypeScript declares only together with the whole DOM. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => KernelModule;
  Instance: new (
    module: KernelModule,
  ) => {
    exports: { memory: { buffer: ArrayBuffer }; input: Global; output: Global; hash(height: number): void };
  };
};
interface Global {
  value: number;
}

/** The compiled kernel (a `WebAssembly.Module`): threads share it by posting it to one another. */
export type KernelModule = object;

/**
 * The node of `height` (2 to 15) whose subtree begins with `bytes` and is zero after them: at most 127 * 2^height / 4
 * bytes, the least height that holds them is the fastest.
 */
export type Kernel = (bytes: Uint8Array, height: number) => Uint8Array;

let compiled: KernelModule | undefined;
/** The kernel, compiled at the first call. */
export function kernelModule(): KernelModule {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), (char) => char.charCodeAt(0)));
  return compiled;
}

/** A kernel with its own memory, about 1 MiB. */
export function instantiateKernel(module: KernelModule): Kernel {
  const { memory, input, output, hash } = new WebAssembly.Instance(module).exports;
  const bytesIn = new Uint8Array(memory.buffer, input.value);
  const node = new Uint8Array(memory.buffer, output.value, 32);
  return (bytes, height) => {
    bytesIn.set(bytes);
    // The kernel reads as much for a height of 2 or 3 as for 4.
    bytesIn.fill(0, bytes.length, 127 * 2 ** (Math.max(height, 4) - 2));
    hash(height);
    return node.slice();
  };
}
