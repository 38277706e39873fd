/** The pure parts of the events page: addresses, filters, words, what is new, and what a correction says anew. */
import { describe, expect, it } from "vitest";

import type { EventContents, SpendEvent } from "../api/events";
import { ApiProblem } from "../api/problem";
import { parseSearch, stringifySearch } from "../filters/filters";
import { idToPart, partToId } from "./address";
import { contentDifferences } from "./differences";
import { changesIn, correctionErrors, countedTwice, typedFrom } from "./draft";
import { freshIn, renewed } from "./fresh";
import { eventQueryOf, isNarrowed, readAmount, readEventSearch } from "./search";
import { quantitiesLong, quantitiesShort, shownContents, statesOf, unpricedSentence, unpricedShort } from "./words";

function contents(more: Partial<EventContents> = {}): EventContents {
  return {
    ...{ client: null, campaign: null, agent: null, kind: "ai", service: "openai", category: null },
    ...{ operation: "chat", model: "gpt-4o", platform: null, content_type: null, labels: {} },
    ...{ quantities: { output_tokens: "600", input_tokens: "1500" }, cost: "0.01", original_cost: null },
    ...{ conversion: null, success: true, price: null, lead: null, latency_ms: null, retry_count: null },
    ...{ impact: null, quality: null, conversion_reached: null, hold: null, metadata: {} },
    ...more,
  };
}

function event(id: string, more: Partial<SpendEvent> = {}): SpendEvent {
  const said = contents();
  const names = { id, source: "api", time: "2026-11-20T10:00:00Z", operation_id: null, recorded_at: null };
  return { ...names, contents: said, first: said, changes: [], ...more };
}

const change = (kind: string, now: EventContents | null) => ({
  ...{ kind, recorded_at: "2026-11-21T00:00:00Z", recorded_by: "Mia", reason: "A test", contents: now },
});

describe("an id in an address", () => {
  it.each(["chatcmpl-1", "a/b", "..", "file.js", "50%", "~1", "~.~/", "ü ?#&=+", "a\\b"])("survives: %s", (id) => {
    expect(partToId(idToPart(id))).toBe(id);
  });

  it("holds nothing that an address gives a meaning to", () => {
    expect(idToPart("../a.b/c%2F")).not.toMatch(/[./\\%]/);
    expect(idToPart("chatcmpl-1_A")).toBe("chatcmpl-1_A");
  });
});

describe("the address of the list", () => {
  it("survives the way to the URL and back", () => {
    const search = { services: ["openai", "a b"], models: ["gpt-4o"], q: "op 1", unpriced: true as const };
    const read = readEventSearch(parseSearch(stringifySearch({ ...search, cost_min: "0.5", cost_max: "2" })));
    expect(read).toEqual({ ...search, failed: undefined, cost_min: "0.5", cost_max: "2" });
  });

  it("keeps nothing that makes no sense", () => {
    const raw = { services: "", models: "x".repeat(201), q: "  ", unpriced: "yes", cost_min: "-1", cost_max: "NaN" };
    expect(Object.values(readEventSearch(raw)).filter((value) => value !== undefined)).toEqual([]);
    expect(Object.keys(readEventSearch({}))).toHaveLength(7);
  });

  it.each([
    ["0.05", "0.05"],
    ["1 000", "1000"],
    ["0,05", "0.05"],
    ["1e9", undefined],
    ["", undefined],
  ])("reads the amount %s", (typed, read) => {
    expect(readAmount(typed)).toBe(read);
  });

  it("asks for what is set, and for the days of the period", () => {
    const days = { first: "2026-11-01", last: "2026-11-20" };
    const asked = eventQueryOf({ services: ["openai"], failed: true }, { client: ["acme"], range: "today" }, days);
    expect(asked).toEqual({
      ...{ start: "2026-11-01", end: "2026-11-20", client: ["acme"], service: ["openai"], failed: true },
    });
    expect(isNarrowed({}, { range: "today" })).toBe(false);
    expect(isNarrowed({}, { agent: ["seo"] })).toBe(true);
    expect(isNarrowed({ q: "x" }, {})).toBe(true);
  });
});

describe("quantities", () => {
  it("are short in a list, what a call reads first", () => {
    expect(quantitiesShort({ output_tokens: "600", input_tokens: "1500" }, "en-US")).toBe(
      "1.5K\u00a0in · 600\u00a0out",
    );
    const many = { a_units: "1", b_units: "2", input_tokens: "0.0012", z: "9" };
    expect(quantitiesShort(many, "en-US")).toBe("0.0012\u00a0in · 1\u00a0a units · 2\u00a0b units · +1 more");
  });

  it("have all their digits where there is room", () => {
    expect(quantitiesLong({ audio_seconds: "1234.000000000001" }, "en-US")).toEqual([
      "1,234.000000000001 audio seconds",
    ]);
  });
});

describe("an unpriced event", () => {
  it.each([
    ["unknown_model", "gpt-9", "unknown model gpt-9", "gpt-9"],
    ["unit_not_priced", "audio_seconds", "no price for audio seconds", "audio seconds"],
    ["no_rate", "USD to EUR", "no rate for USD to EUR", "USD to EUR"],
    ["no_quantity", null, "nothing counted", "Nothing is counted"],
    ["a_new_reason", null, "a new reason", "a new reason"],
  ])("says why: %s", (unpriced, about, short, sentence) => {
    expect(unpricedShort({ unpriced, about })).toBe(short);
    expect(unpricedSentence({ unpriced, about })).toContain(sentence);
  });

  it("says nothing of a reason to those who may not know", () => {
    expect(unpricedShort({})).toBeNull();
    expect(statesOf(event("a", { contents: contents({ cost: null }) }))).toEqual(["unpriced"]);
  });
});

describe("what is out of the ordinary", () => {
  const corrected = contents({ cost: "2", success: false });
  it("is void before all else, and shows what counted last", () => {
    const one = event("a", { contents: null, changes: [change("correct", corrected), change("void", null)] });
    expect(statesOf(one)).toEqual(["void"]);
    expect(shownContents(one).cost).toBe("2");
    expect(shownContents(event("b", { contents: null, changes: [change("void", null)] })).cost).toBe("0.01");
  });

  it("may be several things", () => {
    expect(statesOf(event("a", { contents: corrected, changes: [change("correct", corrected)] }))).toEqual([
      "failed",
      "corrected",
    ]);
    expect(statesOf(event("a"))).toEqual([]);
  });
});

describe("what came since the list was loaded", () => {
  const rows = [event("b"), event("a")];
  it("is counted by sender and id", () => {
    const head = { items: [event("c"), event("b", { source: "sdk" }), event("b"), event("a")], next: null };
    expect(freshIn(rows, head)).toEqual({ count: 2, more: false });
    expect(freshIn(rows, undefined)).toEqual({ count: 0, more: false });
  });

  it("may be more than a page", () => {
    expect(freshIn(rows, { items: [event("d"), event("c")], next: "more" })).toEqual({ count: 2, more: true });
    expect(freshIn(rows, { items: [event("c"), event("b")], next: "more" })).toEqual({ count: 1, more: false });
  });

  it("renews rows in their place, and leaves the rest the very same", () => {
    const voided = event("a", { contents: null, changes: [change("void", null)] });
    const now = renewed(rows, { items: [event("c"), event("b"), voided], next: null });
    expect(now.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(now[0]).toBe(rows[0]);
    expect(now[1]).toBe(voided);
    expect(renewed(rows, { items: [event("b")], next: null })).toBe(rows);
  });
});

describe("a correction", () => {
  const acme = { id: "1", key: "acme", name: "Acme" };
  const reported = { source: "reported", version: null, matched: null, currency: "USD", lines: [] };
  const began = typedFrom(contents({ client: acme }), "USD");

  it("says nothing where nothing was typed", () => {
    expect(changesIn(began, began)).toEqual({});
    expect(changesIn({ ...began, quantities: began.quantities.toReversed(), cost: " " }, began)).toEqual({});
  });

  it("takes away what is emptied", () => {
    expect(changesIn({ ...began, client: "", model: " " }, began)).toEqual({ client: null, model: null });
  });

  it("sends all quantities where one is another", () => {
    const quantities = [
      { key: 0, unit: "input_tokens", number: "1 600" },
      { key: 1, unit: "output_tokens", number: "600.0" },
      { key: 2, unit: "", number: "" },
    ];
    const sent = { input_tokens: "1600", output_tokens: "600.0" };
    expect(changesIn({ ...began, quantities }, began)).toEqual({ quantities: sent });
    expect(countedTwice([...quantities, { key: 3, unit: "input_tokens", number: "1" }])).toBe("input_tokens");
    expect(countedTwice(quantities)).toBeUndefined();
  });

  it("begins with a reported cost as it was reported, and with none where the price was found", () => {
    const conversion = { currency: "EUR", rate: "1.1", day: "2026-11-20", how: "direct" };
    const abroad = contents({ price: reported, cost: "1.1", original_cost: "1", conversion });
    expect(typedFrom(abroad, "USD")).toMatchObject({ cost: "1", currency: "EUR" });
    expect(typedFrom(contents({ price: reported }), "USD")).toMatchObject({ cost: "0.01", currency: "USD" });
    expect(began).toMatchObject({ cost: "", currency: "USD" });
  });

  it("sends a cost with its currency, and null where it is taken away", () => {
    expect(changesIn({ ...began, cost: "2", currency: "eur" }, began)).toEqual({ cost: "2", currency: "EUR" });
    const known = typedFrom(contents({ price: reported }), "USD");
    expect(changesIn({ ...known, cost: "" }, known)).toEqual({ cost: null, currency: null });
    expect(changesIn({ ...known, cost: "0.010" }, known)).toEqual({});
    expect(changesIn({ ...known, currency: "EUR" }, known)).toEqual({ cost: "0.01", currency: "EUR" });
  });

  it("puts each refusal at its field, also one that names it in its sentence only", () => {
    const listed = new ApiProblem(422, { errors: [{ path: "quantities.input_tokens", message: "must be whole" }] });
    expect(correctionErrors(listed)).toEqual({ "quantities.input_tokens": "must be whole" });
    const told = new ApiProblem(422, { detail: "campaign: belongs to another client" });
    expect(correctionErrors(told)).toEqual({ campaign: "belongs to another client" });
    expect(correctionErrors(new ApiProblem(409, { detail: "The event is void already." }))).toEqual({});
  });

  it("shows what it made of the event, field by field", () => {
    const after = contents({ client: acme, quantities: { input_tokens: "1500" }, cost: null, labels: { team: "a" } });
    expect(contentDifferences(contents(), after)).toEqual([
      { field: "Client", before: null, after: "Acme" },
      { field: "output tokens", before: "600", after: null },
      { field: "Cost", before: "0.01", after: null },
      { field: "Label team", before: null, after: "a" },
    ]);
  });
});
