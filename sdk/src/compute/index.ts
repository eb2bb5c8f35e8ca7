export * from "./lint/index.ts";
export * from "./manifest/index.ts";
export * from "./shards/index.ts";
export * from "./spec/index.ts";
