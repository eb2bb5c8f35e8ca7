import { Hono } from "hono";
import { stream } from "hono/streaming";
import type { Faults } from "./faults.ts";
import type { PieceStore } from "./piece-store.ts";

/** `GET` and `HEAD /piece/{pieceCidV2}`, with one byte range (RFC 9110, 14). */
export function pieceApi(pieces: PieceStore, faults: Faults): Hono {
  const api = new Hono();
  api.get("/:cid", async (context) => {
    const pieceCid = context.req.param("cid");
    if (!/^bafkz[a-z2-7]+$/.test(pieceCid) || !(await pieces.has(pieceCid))) {
      return context.text(`piece ${pieceCid} not found`, 404);
    }
    const size = await pieces.size(pieceCid);
    context.header("Accept-Ranges", "bytes");
    context.header("Content-Type", "application/piece");
    context.header("ETag", `"${pieceCid}"`);
    const range = readRange(context.req.header("range"), size);
    if (range === "unsatisfiable") {
      context.header("Content-Range", `bytes */${size}`);
      return context.body(null, 416);
    }
    const { from, to } = range ?? { from: 0, to: size - 1 };
    context.header("Content-Length", `${to - from + 1}`);
    if (range) {
      context.status(206);
      context.header("Content-Range", `bytes ${from}-${to}/${size}`);
    }
    if (context.req.method === "HEAD") return context.body(null);
    return stream(context, async (out) => {
      for await (const bytes of pieces.read(pieceCid, from, to)) {
        await out.write(faults.falseRetrieval ? bytes.map((byte) => byte ^ 0xff) : bytes);
      }
    });
  });
  return api;
}

/** The one range asked for; undefined when there is none, or it is in a form that a server ignores. */
function readRange(
  header: string | undefined,
  size: number,
): { from: number; to: number } | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const suffix = Math.min(Number(last), size);
    return suffix === 0 ? "unsatisfiable" : { from: size - suffix, to: size - 1 };
  }
  const from = Number(first);
  const to = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < from) return undefined;
  return from >= size ? "unsatisfiable" : { from, to };
}
