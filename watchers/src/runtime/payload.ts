/** JSON that keeps bigints, for payloads and results in the database. */
export function encodePayload(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? { $bigint: item.toString() } : item));
}

/** What `encodePayload` wrote. */
export function decodePayload<T>(text: string): T {
  return JSON.parse(text, (_, item) =>
    item !== null && typeof item === "object" && typeof item.$bigint === "string"
      ? BigInt(item.$bigint)
      : item,
  );
}
