export * from "./chains.ts";
export * from "./client.ts";
export * from "./dataset/index.ts";
export * from "./deployments.ts";
export * from "./errors/index.ts";
export * from "./fvm/index.ts";
export * from "./generated/abis.ts";
export { addresses } from "./generated/addresses.ts";
export * from "./providers/index.ts";
