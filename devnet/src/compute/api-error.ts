import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An error as Bacalhau's API answers it. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly component: string;
  readonly hint: string | undefined;
  readonly details: Record<string, string> | undefined;

  constructor(
    status: ContentfulStatusCode,
    message: string,
    {
      code = "InternalError",
      component = "APIServer",
      hint,
      details,
    }: { code?: string; component?: string; hint?: string; details?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.component = component;
    this.hint = hint;
    this.details = details;
  }

  body(requestId: string): object {
    return {
      ...{ Status: this.status, Message: this.message, RequestID: requestId },
      ...{ Code: this.code, Component: this.component },
      ...(this.hint !== undefined && { Hint: this.hint }),
      ...(this.details !== undefined && { Details: this.details }),
    };
  }
}

export const jobNotFound = (id: string) =>
  new ApiError(404, `job not found: ${id}`, { code: "NotFound", component: "JobStore" });

/** What the job store does not take. */
export const refused = (message: string) =>
  new ApiError(400, message, { code: "BadRequest", component: "JobStore" });

export const badRequest = (message: string) => new ApiError(400, message);

/** What the server says of an error that it has no words for. */
export const internal = () => new ApiError(500, "Internal server error", { component: "Unknown" });
