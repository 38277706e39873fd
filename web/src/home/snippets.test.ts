/** What is shown to be pasted works as it stands, and says the same in each language. */
import { describe, expect, it } from "vitest";

import { newEventId, snippetOf } from "./snippets";

const VALUES = { origin: "https://spend.example", secret: "ok_secret", eventId: "first-event-1" };

describe("the snippet", () => {
  it("calls this very server with the key in curl", () => {
    const code = snippetOf("curl", VALUES);
    expect(code).toContain("export OUTLAY_API_KEY='ok_secret'\ncurl https://spend.example/api/v1/events \\\n");
    const body = JSON.parse(/--data '(.*)'$/s.exec(code)?.[1] ?? "") as object;
    expect(body).toMatchObject({ id: "first-event-1", model: "gpt-4o-mini", input_tokens: 1500 });
  });

  it("calls this very server with the key in Python", () => {
    const lines = snippetOf("Python", VALUES).split("\n");
    expect(lines[0]).toBe("from outlay_sdk import Outlay");
    expect(lines).toContain('outlay = Outlay(api_key="ok_secret", base_url="https://spend.example")');
    expect(lines).toContain("    input_tokens=1500,");
    expect(lines).toContain('    client="acme",');
    expect(lines.at(-1)).toBe("outlay.flush()");
  });

  it("leaves a place for the key while there is none", () => {
    expect(snippetOf("curl", { ...VALUES, secret: undefined })).toContain("'ok_…'");
    expect(snippetOf("Python", { ...VALUES, secret: undefined })).toContain('api_key="ok_…"');
  });

  it("has another event on each visit", () => {
    const ids = new Set(Array.from({ length: 20 }, newEventId));
    expect(ids.size).toBe(20);
    expect([...ids].every((id) => /^first-event-[0-9a-f]{6}$/.test(id))).toBe(true);
  });
});
