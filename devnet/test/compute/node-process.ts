/** A compute node as a process of its own, which tests can kill: `node-process.ts <folder> <port> <limits as JSON>`. */
import { startComputeNode } from "../../src/compute/compute-node.ts";

const [, , dataDir = "", port = "0", limits = "{}"] = process.argv;
const node = await startComputeNode({ dataDir, port: Number(port), limits: JSON.parse(limits) });
process.send?.(node.url);
