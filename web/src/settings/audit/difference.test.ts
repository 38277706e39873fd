/** The audit page shows what a change altered, and nothing that it left alone. */
import { describe, expect, it } from "vitest";

import { differences } from "./difference";
import { actionWords, actWords } from "./words";

describe("the difference between before and after", () => {
  it("names only what changed", () => {
    expect(differences({ name: "Acme", key: "acme" }, { name: "Acme Ltd", key: "acme" })).toEqual([
      { field: "name", before: "Acme", after: "Acme Ltd" },
    ]);
  });

  it("shows a field that was emptied", () => {
    expect(differences({ client: "acme" }, { client: null })).toEqual([
      { field: "client", before: "acme", after: null },
    ]);
  });

  it("shows all that something was created or removed with", () => {
    expect(differences(null, { name: "Acme", archived_at: null })).toEqual([
      { field: "name", before: null, after: "Acme" },
    ]);
    expect(differences({ name: "Acme" }, null)).toEqual([{ field: "name", before: "Acme", after: null }]);
  });

  it("writes lists and objects so that they can be compared", () => {
    expect(differences({ scopes: ["a"] }, { scopes: ["a", "b"] })).toEqual([
      { field: "scopes", before: '["a"]', after: '["a","b"]' },
    ]);
  });

  it("is empty where nothing was recorded", () => {
    expect(differences(null, null)).toEqual([]);
  });
});

describe("an action in words", () => {
  it("reads as a sentence", () => {
    expect(actionWords("client.archive")).toBe("archived the client");
    expect(actionWords("invitation.create")).toBe("created the invitation of");
  });

  it("names its target, unless people act upon themselves", () => {
    const target = { kind: "user", id: "1", name: "Ada" };
    expect(actWords({ action: "user.remove", target })).toBe("removed the user Ada");
    expect(actWords({ action: "session.begin", target })).toBe("signed in");
  });

  it("stays as it is where there are no words for it", () => {
    expect(actionWords("budget.explode")).toBe("budget.explode");
  });
});
