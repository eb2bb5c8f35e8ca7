/** Every place at which a crash would leave the database and the outside world apart, in the order they are passed. */
export const FAULT_POINTS = [
  "enqueue:before",
  "enqueue:after",
  "simulate:after",
  "sign:after",
  "persist:after",
  "broadcast:before",
  "broadcast:after",
  "accept:after",
  "receipt:after",
  "finish:after",
  "request:before",
  "request:after",
  "answer:after",
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];

/** Called at each point; throws to crash there. In production it does nothing. */
export type Fault = (point: FaultPoint) => void;

export const noFault: Fault = () => {};
