import { badRequest } from "./api-error.ts";

/** Where a list goes on: base64url of `sortBy:reverse:limit:offset`. */
export interface Page {
  limit: number;
  offset: number;
}

export function readPage(limit: string | undefined, token: string | undefined, preset: number): Page {
  if (limit !== undefined && !/^\d+$/.test(limit)) {
    const reason = `strconv.ParseUint: parsing "${limit}": invalid syntax`;
    throw badRequest(`code=400, message=${reason}, internal=${reason}`);
  }
  const size = Number(limit ?? 0) || preset;
  if (token === undefined || token === "") return { limit: size, offset: 0 };
  const [, tokenLimit, offset] = /^[^:]*:[YN]:(\d+):(\d+)$/.exec(fromBase64(token)) ?? [];
  if (offset === undefined) {
    throw badRequest(`failed to decode paging token: invalid paging token: ${token}`);
  }
  return { limit: limit === undefined ? Number(tokenLimit) || preset : size, offset: Number(offset) };
}

export function pageToken(limit: number, offset: number): string {
  return Buffer.from(`:N:${limit}:${offset}`).toString("base64url");
}

function fromBase64(token: string): string {
  return /^[A-Za-z0-9_-]+$/.test(token) ? Buffer.from(token, "base64url").toString() : "";
}
