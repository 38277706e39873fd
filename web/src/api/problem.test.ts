/** Whatever a server answers, a person learns what happened and what to do. */
import { describe, expect, it } from "vitest";

import { ApiProblem, isSignedOut, problemOf } from "./problem";

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
}

describe("a refusal", () => {
  it("keeps its code, its words and the request id", async () => {
    const body = { code: "key_taken", title: "The key is taken", detail: "There is one.", request_id: "r-1" };
    const problem = await problemOf(answer(409, body));
    expect(problem).toMatchObject({ status: 409, code: "key_taken", message: "There is one.", requestId: "r-1" });
  });

  it("tells each field what is wrong with it, by the field's own name", async () => {
    const errors = [
      { path: "body.email", message: "is not an e-mail address" },
      { path: "/password", message: "is too short" },
    ];
    const problem = await problemOf(answer(422, { code: "invalid_request", errors }));
    expect(problem.fieldErrors()).toEqual({ email: "is not an e-mail address", password: "is too short" });
  });

  it("of invalid values is told in words for people, without what only programmers know", async () => {
    const detail = "query.q: Value error, must not hold control characters";
    const errors = [{ path: "query.q", message: "Value error, must not hold control characters" }];
    const problem = await problemOf(answer(422, { code: "invalid_request", detail, errors }));
    expect(problem.message).toBe("Must not hold control characters");
    const ofBody = [{ path: "time_zone", message: "Value error, no such zone" }];
    expect((await problemOf(answer(422, { errors: ofBody }))).message).toBe("Time zone: no such zone");
  });

  it("says how long to wait", async () => {
    const problem = await problemOf(answer(429, { code: "too_many_attempts" }, { "retry-after": "42" }));
    expect(problem.retryAfterSeconds).toBe(42);
  });

  it("by something between us and the server, which answers in no shape of ours, is still a sentence", async () => {
    const problem = await problemOf(answer(502, "<html>Bad gateway</html>", { "x-request-id": "r-2" }));
    expect(problem.message).toContain("502");
    expect(problem.requestId).toBe("r-2");
  });
});

describe("being signed out", () => {
  it("is a 401, except where a sign-in itself was refused", () => {
    expect(isSignedOut(new ApiProblem(401, { code: "session_expired" }))).toBe(true);
    expect(isSignedOut(new ApiProblem(401, { code: "sign_in_failed" }))).toBe(false);
    expect(isSignedOut(new ApiProblem(403, { code: "not_allowed" }))).toBe(false);
    expect(isSignedOut(new Error("anything else"))).toBe(false);
  });
});
