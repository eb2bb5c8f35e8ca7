/** Every place at which a crash would leave the database and the outside world apart, in the order they are passed. */
export const FAULT_POINTS = [
  "enqueue:before",
  "enqueue:after",
  "simulate:after",
  "nonce:after",
  "sign:after",
  "persist:after",
  "broadcast:before",
  "broadcast:after",
  "accept:after",
  "replace:after",
  "receipt:after",
  "observe:after",
  "final:before",
  "final:after",
  "request:before",
  "request:after",
  "answer:after",
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];

/** Called at each point; throws to crash there. In production it does nothing. */
export type Fault = (point: FaultPoint) => void;

export const noFault: Fault = () => {};

/** No such fault point. */
export class FaultPointUnknownError extends Error {
  constructor(label: string) {
    super(`No fault point is called ${label}.\nNext: name one of ${FAULT_POINTS.join(", ")}.`);
    this.name = "FaultPointUnknownError";
  }
}

/**
 * Kills this process where `label` says, as kill -9 would: nothing is flushed, no handler runs.
 * @throws FaultPointUnknownError
 */
export function killAt(label: string): Fault {
  if (!FAULT_POINTS.includes(label as FaultPoint)) throw new FaultPointUnknownError(label);
  return (point) => {
    if (point === label) process.kill(process.pid, "SIGKILL");
  };
}
