/** A key is active until it is revoked or its time is up, whichever comes first. */
import { describe, expect, it } from "vitest";

import { activeKeys, keyState } from "./active";

const NOW = new Date("2026-11-20T12:00:00Z");

describe("the state of a key", () => {
  it.each([
    ["active", { expires_at: null, revoked_at: null }],
    ["active", { expires_at: "2026-11-20T12:00:01Z", revoked_at: null }],
    ["expired", { expires_at: "2026-11-20T12:00:00Z", revoked_at: null }],
    ["revoked", { expires_at: null, revoked_at: "2026-11-01T00:00:00Z" }],
    ["revoked", { expires_at: "2026-01-01T00:00:00Z", revoked_at: "2026-11-01T00:00:00Z" }],
  ] as const)("is %s for %o", (state, key) => {
    expect(keyState(key, NOW)).toBe(state);
  });

  it("decides which keys are counted as active", () => {
    const kept = { name: "kept", expires_at: null, revoked_at: null };
    const gone = { name: "gone", expires_at: null, revoked_at: "2026-11-01T00:00:00Z" };
    expect(activeKeys([kept, gone], NOW)).toEqual([kept]);
  });
});
