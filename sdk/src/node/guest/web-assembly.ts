/** What the guest's loader uses of WebAssembly, which TypeScript declares only together with the whole DOM. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}

export type ImportValue = (...values: never[]) => unknown;

export interface Instance {
  readonly exports: Record<string, unknown>;
}

export interface Module {
  readonly compiled: true;
}

interface ErrorClass {
  new (message?: string): Error;
}

interface Api {
  readonly Memory: new (descriptor: { initial: number }) => Memory;
  readonly Module: {
    new (bytes: Uint8Array<ArrayBuffer>): Module;
    imports(module: Module): { module: string; name: string }[];
  };
  readonly Instance: new (module: Module, imports: Record<string, Record<string, ImportValue>>) => Instance;
  readonly CompileError: ErrorClass;
  readonly RuntimeError: ErrorClass;
}

export const webAssembly = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
