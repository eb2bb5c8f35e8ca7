import type { Context } from "hono";
import { ApiError } from "./api-error.ts";

/** Someone who may call the API: by name and password, or by a key. */
export type ComputeUser = { alias?: string; capabilities: string[] } & (
  | { username: string; password: string }
  | { apiKey: string }
);

const OPEN = [/^\/api\/v1\/auth/, /^\/api\/v1\/agent\/(alive|version|authconfig)$/];

/** Refuses who is unknown, or lacks the capability for what it asks. Without users everyone may do everything. */
export function authorize(context: Context, users: readonly ComputeUser[]): void {
  const path = context.req.path;
  if (users.length === 0 || !path.startsWith("/api/") || OPEN.some((open) => open.test(path))) return;
  const user = identify(context.req.header("authorization"), users);
  const needed = `${context.req.method === "GET" || context.req.method === "HEAD" ? "read" : "write"}:${subjectOf(path)}`;
  if (user.capabilities.some((held) => covers(held, needed))) return;
  const reason = `user '${user.alias ?? nameOf(user)}' does not have the required capability '${needed}'`;
  throw refuse(403, "Request Forbidden", "Forbidden", reason);
}

function identify(header: string | undefined, users: readonly ComputeUser[]): ComputeUser {
  const deny = (reason: string) => refuse(401, "Request Unauthorized", "Unauthorized", reason);
  if (!header) throw deny("Missing Authorization header");
  const [scheme, value = ""] = header.split(" ");
  if (scheme === "Bearer") {
    const user = users.find((candidate) => "apiKey" in candidate && candidate.apiKey === value);
    if (user === undefined) throw deny("invalid API key");
    return user;
  }
  if (scheme !== "Basic") throw deny("unsupported authentication method");
  const pair = Buffer.from(value, "base64").toString();
  const user = users.find((each) => "username" in each && `${each.username}:${each.password}` === pair);
  if (user === undefined) throw deny("invalid basic auth credentials");
  return user;
}

function subjectOf(path: string): string {
  if (path.startsWith("/api/v1/orchestrator/nodes")) return "node";
  return path.startsWith("/api/v1/agent") ? "agent" : "job";
}

/** `read:*` and `*` cover what they begin. */
function covers(held: string, needed: string): boolean {
  return held === needed || (held.endsWith("*") && needed.startsWith(held.slice(0, -1)));
}

function nameOf(user: ComputeUser): string {
  return "username" in user ? user.username : "api key";
}

function refuse(status: 401 | 403, message: string, code: string, reason: string): ApiError {
  const why = status === 401 ? "Unauthorized principal" : "Check if user have access to this resource";
  const hint = `${why}. Event has been recorded.`;
  return new ApiError(status, message, { code, component: "Authorizer", hint, details: { reason } });
}
