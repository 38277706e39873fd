/** The explorer's address, its way down and back, its buckets and what its chart is drawn from. */
import { describe, expect, it } from "vitest";

import { readFilters } from "../filters/filters";
import { parseSearch, stringifySearch } from "../filters/filters";
import type { SpendGroup } from "../overview/spend";
import type { Dimension } from "./dimensions";
import { crumbsOf, drilled, eventsOf, nextOf, trailOf, type Whole } from "./drill";
import { bucketsOf, daysOf, fits, grainOf } from "./grains";
import { valueOf } from "./measures";
import { chosenOf, clearedOf, readExplorerSearch, sortOf, withinOf } from "./search";
import { barsOf, coloursOf, courseOf, keyOf, memberOf, valueOfKey } from "./series";
import { shareOf } from "./shares";

const read = (address: string): Whole => {
  const raw = parseSearch(address);
  return { ...readFilters(raw), ...readExplorerSearch(raw) };
};
const NOVEMBER = { first: "2026-11-01", last: "2026-11-30" };

function group(fields: Partial<SpendGroup>): SpendGroup {
  return { cost: "0", events: 0, failed: 0, unpriced: 0, quantities: {}, share: null, ...fields };
}

describe("the address", () => {
  it("survives the way there and back", () => {
    const address =
      "?service=a%2C+b&model=gpt-4o&label.team=red&group_by=service&group_by=label.team" +
      "&grain=week&measure=tokens&lines=true&sort=-previous&trail=client";
    const found = readExplorerSearch(parseSearch(address));
    expect(found).toMatchObject({
      service: ["a, b"],
      "label.team": ["red"],
      group_by: ["service", "label.team"],
      grain: "week",
      measure: "tokens",
      lines: true,
      trail: ["client"],
    });
    expect(readExplorerSearch(parseSearch(stringifySearch({ ...found })))).toEqual(found);
  });

  it("takes dimensions with commas and labels in both spellings, as the API does", () => {
    expect(readExplorerSearch({ group_by: "service,label:team" }).group_by).toEqual(["service", "label.team"]);
  });

  it("leaves out what is the default", () => {
    expect(stringifySearch({ ...read("?group_by=client&measure=cost") })).toBe("");
  });

  it.each([
    ["an unknown dimension", "?group_by=colour"],
    ["an unknown grain", "?grain=minute"],
    ["an unknown measure", "?measure=joy"],
    ["an order that is none", "?sort=%3Cscript%3E"],
    ["a label without a name", "?label.=red"],
    ["an empty name", "?service="],
    ["a trail to nowhere", "?trail=moon"],
  ])("ignores %s, and lets nothing of it shine through", (_, address) => {
    const raw = parseSearch(address);
    expect(stringifySearch({ ...raw, ...readExplorerSearch(raw) })).toBe("");
  });

  it("names at most two dimensions, each once", () => {
    expect(read("?group_by=agent&group_by=agent&group_by=kind&group_by=model").group_by).toEqual(["agent", "kind"]);
  });
});

describe("the question", () => {
  it("holds the period, the comparison and every filter", () => {
    const whole = read("?client=acme&service=openai&label.team=none&compare=year");
    expect(withinOf(whole, readFilters({ ...whole }), NOVEMBER)).toEqual({
      start: "2026-11-01",
      end: "2026-11-30",
      compare: "year",
      client: ["acme"],
      service: ["openai"],
      "label.team": ["none"],
    });
    expect(withinOf({}, { compare: "none" }, NOVEMBER)).toEqual({ start: "2026-11-01", end: "2026-11-30" });
  });

  it("sorts by what is shown, and by the measure where that is gone", () => {
    expect(sortOf({ sort: "client" }, {})).toBe("client");
    expect(sortOf({ sort: "service" }, {})).toBe("-cost");
    expect(sortOf({ sort: "-previous" }, {})).toBe("-previous");
    expect(sortOf({ sort: "-previous", measure: "events" }, { compare: "none" })).toBe("-events");
  });

  it("is cleared of its own filters and of the way that led to them", () => {
    const cleared = clearedOf(read("?service=openai&label.team=red&grain=week&trail=client"));
    expect(cleared).toMatchObject({ service: undefined, "label.team": undefined, trail: undefined });
    expect("grain" in cleared).toBe(false);
  });
});

describe("the way down", () => {
  it("leads from a client by its campaigns and agents to services and models", () => {
    const seen: unknown[] = [];
    let whole: Whole | null = read("");
    for (const value of ["acme", "spring", "writer", "openai", "gpt-4o"]) {
      const dimension: Dimension = whole?.group_by?.[0] ?? "client";
      seen.push(dimension);
      whole = whole && drilled(whole, [{ dimension, value }]);
    }
    expect(seen).toEqual(["client", "campaign", "agent", "service", "model"]);
    expect(whole).toMatchObject({ client: ["acme"], campaign: ["spring"], model: ["gpt-4o"], group_by: ["operation"] });
    expect(whole?.trail).toEqual(["client", "campaign", "agent", "service", "model"]);
  });

  it("skips what is settled already, and ends where there is nothing left to ask", () => {
    expect(nextOf("client", new Set(["campaign", "agent"]))).toBe("service");
    expect(nextOf("service", new Set(["service", "model", "operation"]))).toBeNull();
    expect(nextOf("label.team", new Set())).toBe("client");
  });

  it("narrows to having no value", () => {
    expect(drilled(read(""), [{ dimension: "client", value: null }])).toMatchObject({ client: ["none"] });
  });

  it("settles both dimensions of a row", () => {
    const places = [
      { dimension: "client", value: "acme" },
      { dimension: "service", value: "openai" },
    ] as const;
    const down = drilled(read("?group_by=client&group_by=service&sort=service&range=today"), places);
    expect(down).toMatchObject({ client: ["acme"], service: ["openai"], group_by: ["model"], range: "today" });
    expect(down).toMatchObject({ trail: ["client", "service"], sort: undefined });
  });
});

describe("the way back", () => {
  const whole = read("?client=acme&campaign=spring&service=openai&group_by=agent&trail=client&trail=campaign");

  it("has a crumb for each step, each taking off what came after it and nothing else", () => {
    const crumbs = crumbsOf(whole);
    expect(crumbs.map(({ place }) => place?.value ?? null)).toEqual([null, "acme", "spring"]);
    expect(crumbs[0]?.to).toMatchObject({ client: undefined, campaign: undefined, group_by: ["client"], trail: [] });
    expect(crumbs[1]?.to).toMatchObject({ client: ["acme"], campaign: undefined, group_by: ["campaign"] });
    expect(crumbs[2]?.to).toMatchObject({ client: ["acme"], campaign: ["spring"], group_by: ["agent"] });
    expect(crumbs.every(({ to }) => to.service?.[0] === "openai")).toBe(true);
  });

  it("is cut where somebody changed the filters by hand", () => {
    expect(trailOf({ ...whole, campaign: ["spring", "autumn"] })).toEqual(["client"]);
    expect(crumbsOf({ ...whole, client: undefined })).toEqual([]);
  });
});

describe("the events of a group", () => {
  it("are shown by the events page as far as it can tell them apart", () => {
    const whole = read("?client=acme");
    const at = (dimension: "service" | "kind" | "agent", value: string | null) =>
      eventsOf(whole, [{ dimension, value }]);
    expect(at("service", "openai")).toEqual({ client: ["acme"], services: ["openai"] });
    expect(at("agent", "writer")).toEqual({ client: ["acme"], agent: ["writer"] });
    expect(at("kind", "ai")).toBeNull();
    expect(at("agent", null)).toBeNull();
  });
});

describe("buckets", () => {
  const days = (first: string, last: string) => ({ first, last });

  it("are as long as the period asks for", () => {
    expect(grainOf(undefined, days("2026-11-20", "2026-11-20"))).toBe("hour");
    expect(grainOf(undefined, NOVEMBER)).toBe("day");
    expect(grainOf(undefined, days("2026-06-01", "2026-11-30"))).toBe("week");
    expect(grainOf(undefined, days("2025-11-01", "2026-11-30"))).toBe("month");
  });

  it("are as chosen where they can be drawn, and else the next longer ones", () => {
    expect(grainOf("none", NOVEMBER)).toBe("none");
    expect(grainOf("hour", days("2026-11-01", "2026-11-28"))).toBe("hour");
    expect(grainOf("hour", days("2026-10-01", "2026-11-30"))).toBe("day");
    expect(grainOf("day", days("2020-01-01", "2026-11-30"))).toBe("week");
    expect(fits("month", days("2000-01-01", "2026-11-30"))).toBe(true);
  });

  it("have names that people use", () => {
    const options = { locale: "en-US", timeZone: "Europe/Berlin" };
    expect(bucketsOf("quarter", [], options).full("2026-10-01")).toBe("Q4 2026");
    expect(bucketsOf("year", [], options).tick("2026-01-01")).toBe("2026");
    expect(bucketsOf("week", [], options).full("2026-11-16")).toBe("Week from Mon, Nov 16, 2026");
  });

  it("narrow the page to their days, as far as these lie in the period", () => {
    const whole = days("2026-11-05", "2026-11-20");
    expect(daysOf({ start: "2026-11-01", end: "2026-12-01" }, "month", whole)).toEqual(whole);
    expect(daysOf({ start: "2026-11-09", end: "2026-11-16" }, "week", whole)).toEqual(days("2026-11-09", "2026-11-15"));
    const hour = { start: "2026-11-09T23:00:00+01:00", end: "2026-11-10T00:00:00+01:00" };
    expect(daysOf(hour, "hour", whole)).toEqual(days("2026-11-09", "2026-11-09"));
  });
});

describe("what is drawn", () => {
  const cell = (service: string | null, bucket: string, cost: string) => group({ service, bucket, cost });
  const course = courseOf({
    dimension: "service",
    measure: "cost",
    buckets: ["1", "2", "3"],
    named: [
      { value: "openai", name: "openai" },
      { value: null, name: "No service" },
    ],
    cells: [cell("openai", "1", "0.1"), cell(null, "1", "0.2"), cell("openai", "2", "1")],
    totals: [
      group({ bucket: "1", cost: "0.6", previous: { cost: "5", events: 1, failed: 0, unpriced: 0 } }),
      group({ bucket: "2", cost: "1" }),
    ],
    restCount: 3,
    futureFrom: 2,
  });

  it("is the largest groups by name, and what the total leaves for all others, exactly", () => {
    expect(course.series.map(({ name, values }) => [name, values])).toEqual([
      ["openai", ["0.1", "1", null]],
      ["No service", ["0.2", "0", null]],
      ["Other (3)", ["0.3", "0", null]],
    ]);
    expect(course.totals).toEqual(["0.6", "1", null]);
    expect(course.previousTotals).toEqual(["5", null, "0"]);
  });

  it("has keys that no name can be mistaken for", () => {
    for (const value of ["rest", "none", "", "=x", null]) expect(valueOfKey(keyOf(value))).toBe(value);
    expect(valueOfKey("rest")).toBeUndefined();
  });

  it("keeps a group's colour whatever stands beside it", () => {
    const members = ["acme", "borealis", "cobalt"].map((value) => ({ value, name: value }));
    const colour = coloursOf(members);
    expect(coloursOf(members.toReversed())("acme")).toBe(colour("acme"));
    expect(new Set(["acme", "borealis", "cobalt"].map(colour)).size).toBe(3);
    expect([colour(null), colour("unknown")]).toEqual(["other", "other"]);
  });

  it("is one bar for each group, with all others in one, where there is no course of time", () => {
    const groups = [group({ service: "openai", cost: "7" }), group({ service: "gupshup", cost: "2" })];
    const shared = { dimension: "service", measure: "cost", groups, total: "10", isCompared: false } as const;
    expect(barsOf({ ...shared, restCount: 4 }).map(({ name, value }) => [name, value])).toEqual([
      ["openai", "7"],
      ["gupshup", "2"],
      ["Other (4)", "1"],
    ]);
    expect(barsOf({ ...shared, restCount: 0 })).toHaveLength(2);
  });
});

describe("figures", () => {
  it("are read where an answer holds them", () => {
    const sums = group({ cost: "1.5", events: 2, quantities: { input_tokens: "10", output_tokens: "5" } });
    const measures = ["cost", "events", "tokens", "input_tokens", "cache_read_tokens"] as const;
    expect(measures.map((name) => valueOf(sums, name))).toEqual(["1.5", "2", "15", "10", "0"]);
    expect(valueOf({ cost: "1", events: 1, failed: 0, unpriced: 0 }, "tokens")).toBeNull();
  });

  it("have a share only of something", () => {
    expect([shareOf("1", "4"), shareOf("1", "0"), shareOf(null, "4")]).toEqual(["0.25000000", null, null]);
  });

  it("belong to what a group is called", () => {
    const labelled = group({ labels: { team: "red" }, client: { id: "1", key: "acme", name: "Acme" } });
    expect(memberOf(labelled, "label.team")).toEqual({ value: "red", name: "red" });
    expect(memberOf(labelled, "client")).toEqual({ value: "acme", name: "Acme" });
    expect(memberOf(labelled, "content_type")).toEqual({ value: null, name: "No content type" });
  });

  it("are filtered wherever the filter stands in the address", () => {
    const whole = read("?client=acme&kind=ai&kind=tool");
    expect([...chosenOf(whole, readFilters({ ...whole }))]).toEqual([
      ["client", ["acme"]],
      ["kind", ["ai", "tool"]],
    ]);
  });
});
