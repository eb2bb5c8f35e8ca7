/** Readers run together, a writer runs alone: nobody sees half a reorganisation. */
export interface Turns {
  shared<T>(work: () => Promise<T>): Promise<T>;
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  /** Settles when the last writer to have come is done. */
  let writer: Promise<unknown> = Promise.resolve();
  const readers = new Set<Promise<unknown>>();

  return {
    async shared(work) {
      for (let awaited: unknown; awaited !== writer; ) {
        awaited = writer;
        await writer;
      }
      const reading = work();
      const settled = reading.catch(() => undefined);
      readers.add(settled);
      settled.then(() => readers.delete(settled));
      return reading;
    },
    exclusive(work) {
      const done = writer.then(() => Promise.all(readers)).then(work);
      writer = done.catch(() => undefined);
      return done;
    },
  };
}
