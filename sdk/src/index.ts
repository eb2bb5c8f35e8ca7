export * from "./chains.ts";
export * from "./client.ts";
export * from "./dataset/index.ts";
export * from "./errors/index.ts";
export * from "./fvm/index.ts";
