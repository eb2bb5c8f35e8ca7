import { parentPort, workerData } from "node:worker_threads";
import { runHere } from "./guest-run.ts";

parentPort?.postMessage(runHere(workerData));
