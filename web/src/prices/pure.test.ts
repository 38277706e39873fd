/** The pure parts of the price book: states, days, addresses, forms and words. */
import { describe, expect, it } from "vitest";

import { ApiProblem } from "../api/problem";
import { beginningOf } from "./days";
import { digits, errorsByPath, readCategory, readOverride, readRate } from "./drafts";
import { questionOf, readPriceSearch } from "./search";
import { isFromTheBeginning, nextRate, overrideState, rateHistory } from "./state";
import { contextText, perText, quantityText, rateText, reasonSentence } from "./words";

const NOW = new Date("2026-11-20T12:00:00Z");

describe("the state of an override", () => {
  it.each([
    ["in force", "2026-11-20T12:00:00Z", null],
    ["in force", "2026-01-01T00:00:00Z", "2026-11-20T12:00:01Z"],
    ["upcoming", "2026-11-20T12:00:01Z", null],
    ["ended", "2026-01-01T00:00:00Z", "2026-11-20T12:00:00Z"],
    ["ended", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"],
    ["upcoming", "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"],
  ] as const)("is %s from %s until %s", (state, effective_from, effective_until) => {
    expect(overrideState({ effective_from, effective_until }, NOW)).toBe(state);
  });
});

describe("the history of a category's rates", () => {
  const rate = (effective_from: string) => ({ effective_from });
  const rates = [rate("2000-01-01T00:00:00Z"), rate("2026-06-01T00:00:00Z"), rate("2027-01-01T00:00:00Z")];

  it("shows the newest first and marks the one that counts", () => {
    expect(rateHistory(rates, NOW).map(({ state }) => state)).toEqual(["upcoming", "in force", "past"]);
  });

  it("has nothing in force before the first", () => {
    expect(rateHistory(rates.slice(2), NOW).map(({ state }) => state)).toEqual(["upcoming"]);
    expect(rateHistory([], NOW)).toEqual([]);
  });

  it("knows what comes next and what was there from the beginning", () => {
    expect(nextRate(rates, NOW)).toBe(rates[2]);
    expect(nextRate(rates.slice(0, 2), NOW)).toBeUndefined();
    expect(rates.map((each) => isFromTheBeginning(each.effective_from))).toEqual([true, false, false]);
  });
});

describe("the beginning of a day", () => {
  it.each([
    ["2026-07-01", "UTC", "2026-07-01T00:00:00.000Z"],
    ["2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00.000Z"],
    ["2026-01-01", "Europe/Berlin", "2025-12-31T23:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z"],
    ["2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
    ["2026-01-01", "Asia/Kathmandu", "2025-12-31T18:15:00.000Z"],
    ["2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00:00.000Z"],
    ["2026-01-01", "Pacific/Pago_Pago", "2026-01-01T11:00:00.000Z"],
    // Clocks were put forward at midnight: the day began at one o'clock.
    ["2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
  ])("%s in %s is %s", (day, zone, instant) => {
    expect(beginningOf(day, zone)).toBe(instant);
  });

  it.each(["", "tomorrow", "2026-13-01", "2026-1-1"])("is unknown for %o", (day) => {
    expect(beginningOf(day, "UTC")).toBeUndefined();
  });
});

describe("the address", () => {
  it("is read with care and leaves out what it does not know", () => {
    const read = readPriceSearch({ part: "overrides", kind: "magic", service: "", ended: "true", day: "2026-02-30" });
    expect(Object.entries(read).filter(([, value]) => value !== undefined)).toEqual([
      ["part", "overrides"],
      ["ended", true],
    ]);
    expect(readPriceSearch({ part: "categories", kind: "ai" })).toMatchObject({ part: undefined, kind: "ai" });
  });

  it("asks nothing without a model or a category", () => {
    expect(questionOf({ service: "openai", input: "1" }, "UTC")).toBeUndefined();
  });

  it("asks for what was counted, in which way and when", () => {
    const search = { service: "openai", model: "gpt-4o", input: "1200", cached: "1000", batch: true, month: "5" };
    expect(questionOf({ ...search, unit: "requests", quantity: "1", day: "2026-07-01" }, "Europe/Berlin")).toEqual({
      service: "openai",
      model: "gpt-4o",
      category: undefined,
      quantities: { input_tokens: "1200", cache_read_tokens: "1000", requests: "1" },
      used: { input_tokens: "5", cache_read_tokens: "5", requests: "5" },
      context: { processing: "batch" },
      at: "2026-06-30T22:00:00.000Z",
    });
  });
});

function form(fields: Record<string, string>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}

describe("the forms", () => {
  it("keep amounts as they were typed, but for what separates digits", () => {
    expect(digits(" 1 000_000.123456789012 ")).toBe("1000000.123456789012");
    expect(readRate(form({ amount: "0.10", per: "1000", currency: "eur" }), "UTC")).toEqual({
      amount: "0.10",
      per: 1000,
      currency: "EUR",
      effective_from: undefined,
    });
  });

  it("make a category without a rate where no amount is typed", () => {
    const fields = { key: " a ", kind: "tool", service: "s", unit: "hours", per: "1", currency: "USD" };
    expect(readCategory(form(fields), "UTC")).toMatchObject({ key: "a", rate: null, rate_first: false });
    const withRate = readCategory(form({ ...fields, amount: "2", rate_first: "on" }), "UTC");
    expect(withRate).toMatchObject({ rate: { amount: "2", per: 1 }, rate_first: true });
  });

  it("make an override of rates with steps, for batch, until a day", () => {
    const fields = { service: "openai", model: "", calls: "batch", currency: "usd", effective_until: "2027-01-01" };
    const rates = [{ id: 1, unit: " input_tokens ", rate: "2", per: "1000000", steps: [{ from: "1 000", rate: "1" }] }];
    expect(readOverride(form(fields), rates, "UTC")).toEqual({
      service: "openai",
      model: null,
      context: { processing: "batch" },
      rates: [{ unit: "input_tokens", rate: "2", per: 1_000_000, steps: [{ from: "1000", rate: "1" }] }],
      discount_percent: "0",
      currency: "USD",
      effective_from: undefined,
      effective_until: "2027-01-01T00:00:00.000Z",
      note: "",
    });
  });

  it("find what is wrong by the whole path", () => {
    const problem = new ApiProblem(422, { errors: [{ path: "rates.1.unit", message: "is odd" }] });
    expect(errorsByPath(problem)).toEqual({ "rates.1.unit": "is odd" });
    const taken = new ApiProblem(409, { code: "rate_taken", detail: "There is one." });
    expect(errorsByPath(taken)).toEqual({ effective_from: "There is one." });
    expect(errorsByPath(new Error("else"))).toEqual({});
  });
});

describe("the words", () => {
  it("say what a rate is for", () => {
    expect(rateText("0.0055", 1, "USD", "en-US")).toBe("$0.0055 each");
    expect(rateText("0.04", 1000, "USD", "en-US")).toBe("$0.04 per 1,000");
    expect(perText(1_000_000, "en-US")).toBe("per 1,000,000");
    expect(quantityText("123456789012345.123456789012", "en-US")).toBe("123,456,789,012,345.123456789012");
  });

  it("say which calls are meant, and why there is no price", () => {
    expect(contextText({ processing: "batch", service_tier: "flex" })).toBe("batch, service tier flex");
    expect(contextText({})).toBe("");
    expect(reasonSentence({ reason: "unit_not_priced", about: "input_audio_tokens" })).toContain("input audio tokens");
    expect(reasonSentence({ reason: "no_quantity", about: null })).toContain("Nothing is counted");
  });
});
