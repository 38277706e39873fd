/** Filters come from a URL that anybody may have written, and must survive the way there and back. */
import { describe, expect, it } from "vitest";

import { cleared, isDay, isFiltered, parseSearch, readFilters, stringifySearch } from "./filters";

describe("filters in the URL", () => {
  it("survive the way to the URL and back", () => {
    const filters = {
      from: "2026-10-01",
      to: "2026-10-31",
      compare: "year",
      client: ["acme", "globex"],
      agent: ["seo"],
    };
    expect(readFilters(parseSearch(stringifySearch(filters)))).toEqual(filters);
  });

  it("write a list as a repeated parameter that a person can read", () => {
    expect(stringifySearch({ client: ["acme", "globex"], range: "today" })).toBe(
      "?client=acme&client=globex&range=today",
    );
  });

  it("leave out what is the default, so that the plain address means the default view", () => {
    expect(readFilters({ range: "last-30-days", compare: "previous" })).toEqual({});
    expect(isFiltered({ range: "last-30-days" })).toBe(false);
    expect(isFiltered({ range: "today" })).toBe(true);
  });

  it.each([
    ["an unknown preset", { range: "forever" }],
    ["an unknown comparison", { compare: "competitors" }],
    ["a day that does not exist", { from: "2026-02-30", to: "2026-03-01" }],
    ["a range that ends before it starts", { from: "2026-03-02", to: "2026-03-01" }],
    ["a range without an end", { from: "2026-03-02" }],
    ["a key that no client can have", { client: "<script>" }],
    ["an empty key", { client: "" }],
    ["an unknown parameter", { colour: "red" }],
  ])("ignore %s", (_, search) => {
    expect(readFilters(search)).toEqual({});
  });

  it("name every parameter, so that nothing of the raw address shines through where one is invalid", () => {
    const raw = { range: "for-ever", from: "2026-02-30", to: "2026-03-01", client: "NOT A KEY" };
    expect(Object.keys(readFilters(raw))).toEqual(["range", "from", "to", "compare", "client", "campaign", "agent"]);
    expect(stringifySearch({ ...raw, ...readFilters(raw) })).toBe("");
  });

  it("are in force and cleared only for the controls that a page shows", () => {
    const filters = { from: "2026-03-01", to: "2026-03-02", client: ["acme"] };
    expect(isFiltered(filters, ["range"])).toBe(true);
    expect(isFiltered(filters, ["campaign", "compare"])).toBe(false);
    expect({ ...filters, ...cleared(["range"]) }).toEqual({ client: ["acme"] });
  });

  it("keep each choice once", () => {
    expect(readFilters({ client: ["acme", "acme"] }).client).toEqual(["acme"]);
  });

  it("let a free range win over a preset", () => {
    expect(readFilters({ range: "today", from: "2026-03-01", to: "2026-03-02" })).toEqual({
      from: "2026-03-01",
      to: "2026-03-02",
    });
  });

  it("know the days of leap years", () => {
    expect(isDay("2028-02-29")).toBe(true);
    expect(isDay("2027-02-29")).toBe(false);
  });
});
