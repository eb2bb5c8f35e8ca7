import canonicalize from "canonicalize";
import type { Hex } from "viem";
import type { z } from "zod";
import { cidOfDigest, sha256Hex } from "./cid.ts";
import { SpecInvalidError, type SpecProblem } from "./errors.ts";
import { type JobSpec, SPEC_MAX_BYTES, specSchema } from "./schema.ts";

/**
 * Reads a job spec. From bytes it takes the canonical JSON alone (RFC 8785), since a spec is named by its bytes' hash;
 * from a value, anything that has the shape.
 * @throws SpecInvalidError with every problem: where, what is wrong, what to do
 */
export function parseSpec(source: Uint8Array | unknown): JobSpec {
  if (!(source instanceof Uint8Array)) return check(source);
  const spec = check(readJson(source));
  const canonical = encode(spec);
  if (canonical.length !== source.length || canonical.some((byte, at) => byte !== source[at])) {
    throw refused(
      "is not canonical JSON (RFC 8785), so its hash names other bytes than its content's",
      "Write it with encodeSpec.",
    );
  }
  return spec;
}

/**
 * The bytes of a spec: canonical JSON (RFC 8785). Its hash is the spec's name.
 * @throws SpecInvalidError
 */
export function encodeSpec(spec: JobSpec): Uint8Array {
  const bytes = encode(check(spec));
  if (bytes.length > SPEC_MAX_BYTES) throw tooLong(bytes.length);
  return bytes;
}

/** sha2-256 of the spec's bytes: `specDigest` of a job on chain. */
export function specDigest(spec: JobSpec): Hex {
  return sha256Hex(encodeSpec(spec));
}

/** The raw CIDv1 of the spec's bytes (`bafkrei…`). */
export function specCid(spec: JobSpec): string {
  return cidOfDigest(specDigest(spec));
}

function encode(spec: JobSpec): Uint8Array {
  return new TextEncoder().encode(canonicalize(spec));
}

function readJson(bytes: Uint8Array): unknown {
  if (bytes.length > SPEC_MAX_BYTES) throw tooLong(bytes.length);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new SpecInvalidError(
      [{ path: "", what: "is not JSON in UTF-8", next: "Fetch it again, or write it with encodeSpec." }],
      cause,
    );
  }
}

function check(value: unknown): JobSpec {
  const result = specSchema.safeParse(value);
  if (result.success) return result.data;
  throw new SpecInvalidError(result.error.issues.flatMap((issue) => problemsOf(issue, [])));
}

/** zod's issues in our words; of a union, those of the branch that came nearest. */
function problemsOf(issue: z.core.$ZodIssue, above: PropertyKey[]): SpecProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_key") return issue.issues.flatMap((inner) => problemsOf(inner, path));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: pathText([...path, key]),
      what: "is no part of a spec",
      next: "Remove it: what a spec does not know may not be in it.",
    }));
  }
  const next =
    issue.code === "custom" && typeof issue.params?.next === "string" ? issue.params.next : undefined;
  const what = issue.code === "custom" ? issue.message : `is refused (${issue.message})`;
  return [{ path: pathText(path), what, next: next ?? "Compare it with docs/compute-spec.md." }];
}

function pathText(path: PropertyKey[]): string {
  return path
    .map((part) => {
      if (typeof part === "number") return `[${part}]`;
      return /^\w+$/.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(String(part))}]`;
    })
    .join("")
    .replace(/^\./, "");
}

function tooLong(length: number): SpecInvalidError {
  return refused(
    `has ${length} bytes, more than ${SPEC_MAX_BYTES}`,
    "Put what is long into an input, or make several jobs.",
  );
}

function refused(what: string, next: string): SpecInvalidError {
  return new SpecInvalidError([{ path: "", what, next }]);
}
