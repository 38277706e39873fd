/** The pure parts of the overview: spans of time, the projection, stacks, colours, and the pace of refreshing. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { coalesced } from "./coalesce";
import { explorerHref } from "./links";
import { grainOf, lengthInDays, reachOf } from "./periods";
import { projected } from "./projection";
import { chartSentence, percentOf } from "./sentences";
import { slotsOf } from "./slots";
import { DAY_MS, lastMonthSoFar, lastWholeWeek, restOfMonth_ms, sameClockOn, yesterdaySoFar } from "./spans";
import { stackOf, type StackInput } from "./stacks";

const BERLIN = "Europe/Berlin";
const HOUR_MS = DAY_MS / 24;

describe("the stretches of time that are compared", () => {
  it("takes yesterday up to the hour that today has come to", () => {
    const span = yesterdaySoFar("2026-11-20", new Date("2026-11-20T13:37:00Z"), BERLIN);
    expect(span).toEqual({ start: "2026-11-19", end: "2026-11-19T13:37:00.000Z" });
  });

  it("goes by the clock on the wall where clocks were changed in between", () => {
    // Berlin: summer time ended on 25 October 2026 at 03:00, and began on 29 March 2026 at 02:00.
    const afternoon = sameClockOn("2026-10-24", new Date("2026-10-25T14:00:00Z"), BERLIN);
    expect(afternoon.toISOString()).toBe("2026-10-24T13:00:00.000Z");
    const spring = sameClockOn("2026-03-28", new Date("2026-03-29T13:00:00Z"), BERLIN);
    expect(spring.toISOString()).toBe("2026-03-28T14:00:00.000Z");
    const onTheDay = sameClockOn("2026-10-25", new Date("2026-10-26T00:30:00Z"), BERLIN);
    expect(onTheDay.toISOString()).toBe("2026-10-24T23:30:00.000Z");
  });

  it("knows zones that are ahead by half an hour, and those behind", () => {
    const india = yesterdaySoFar("2026-11-21", new Date("2026-11-20T20:00:00Z"), "Asia/Kolkata");
    expect(india).toEqual({ start: "2026-11-20", end: "2026-11-19T20:00:00.000Z" });
    const honolulu = yesterdaySoFar("2026-11-19", new Date("2026-11-20T05:00:00Z"), "Pacific/Honolulu");
    expect(honolulu).toEqual({ start: "2026-11-18", end: "2026-11-19T05:00:00.000Z" });
  });

  it("takes the month before up to the same day and hour", () => {
    const span = lastMonthSoFar("2026-11-20", new Date("2026-11-20T12:00:00Z"), BERLIN);
    expect(span).toEqual({ start: "2026-10-01", end: "2026-10-20T11:00:00.000Z" });
    const january = lastMonthSoFar("2026-01-03", new Date("2026-01-03T12:00:00Z"), BERLIN);
    expect(january).toEqual({ start: "2025-12-01", end: "2025-12-03T12:00:00.000Z" });
  });

  it("takes the whole of a month that has no such day", () => {
    const span = lastMonthSoFar("2026-03-30", new Date("2026-03-30T12:00:00Z"), BERLIN);
    expect(span).toEqual({ start: "2026-02-01", end: "2026-02-28" });
  });

  it("takes the seven whole days before today, across months", () => {
    expect(lastWholeWeek("2026-11-03")).toEqual({ start: "2026-10-27", end: "2026-11-02" });
  });

  it("counts what is left of the month, today's rest included", () => {
    expect(restOfMonth_ms("2026-11-30", new Date("2026-11-30T17:00:00Z"), BERLIN)).toBe(6 * HOUR_MS);
    expect(restOfMonth_ms("2026-02-27", new Date("2026-02-26T23:00:00Z"), BERLIN)).toBe(2 * DAY_MS);
    expect(restOfMonth_ms("2028-02-28", new Date("2028-02-28T11:00:00Z"), BERLIN)).toBe(1.5 * DAY_MS);
  });
});

describe("the projection of the month", () => {
  it("adds what the rest of the month costs at the pace of the last week", () => {
    expect(projected({ soFar: "10.50", week: "14", restOfMonth_ms: 3 * DAY_MS })).toBe("16.500000");
    expect(projected({ soFar: "10.50", week: "7", restOfMonth_ms: DAY_MS / 2 })).toBe("11.000000");
  });

  it("is what was spent when the month is over or nothing was spent lately", () => {
    expect(projected({ soFar: "10.5", week: "70", restOfMonth_ms: 0 })).toBe("10.500000");
    expect(projected({ soFar: "10.5", week: "0", restOfMonth_ms: DAY_MS })).toBe("10.500000");
  });

  it("claims no cents of large amounts, and loses no digit of tiny ones", () => {
    expect(projected({ soFar: "1000.49", week: "7", restOfMonth_ms: DAY_MS })).toBe("1001");
    expect(projected({ soFar: "0.000002", week: "0.000007", restOfMonth_ms: 3 * DAY_MS })).toBe("0.000005");
  });

  it("says nothing of what is no amount", () => {
    expect(projected({ soFar: "1", week: "much", restOfMonth_ms: 1 })).toBeNull();
  });
});

describe("how a period is cut", () => {
  it("takes hours for a day or two, days for up to a quarter, and months beyond", () => {
    expect(lengthInDays({ first: "2026-03-28", last: "2026-03-30" })).toBe(3);
    expect(grainOf({ first: "2026-11-19", last: "2026-11-20" })).toBe("hour");
    expect(grainOf({ first: "2026-11-18", last: "2026-11-20" })).toBe("day");
    expect(grainOf({ first: "2026-07-01", last: "2026-09-30" })).toBe("day");
    expect(grainOf({ first: "2026-01-01", last: "2026-11-20" })).toBe("month");
  });

  it("finds the bucket of the present, and those still to come, by the workspace's days", () => {
    const days = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];
    const buckets = days.slice(0, 3).map((start, index) => ({ start, end: days[index + 1] as string }));
    // Late in the evening in Greenwich the next day has begun in Kolkata.
    const late = new Date("2026-11-19T20:00:00Z");
    expect(reachOf(buckets, "day", late, "UTC")).toEqual({ openFrom: 0, futureFrom: 1 });
    expect(reachOf(buckets, "day", late, "Asia/Kolkata")).toEqual({ openFrom: 1, futureFrom: 2 });
    expect(reachOf(buckets.slice(0, 1), "day", new Date("2026-12-01T00:00:00Z"), "UTC")).toEqual({
      openFrom: undefined,
      futureFrom: 1,
    });
  });

  it("finds the hour of the present whatever offset it is written with", () => {
    const hours = [9, 10, 11].map((hour) => ({ start: at(hour), end: at(hour + 1) }));
    expect(reachOf(hours, "hour", new Date("2026-11-20T09:30:00Z"), BERLIN)).toEqual({ openFrom: 1, futureFrom: 2 });
  });

  const at = (hour: number) => `2026-11-20T${String(hour).padStart(2, "0")}:00:00+01:00`;
});

describe("what a chart by service is made of", () => {
  const input: StackInput = {
    buckets: ["mon", "tue", "wed", "thu"],
    named: ["openai", "twilio"],
    cells: [
      { service: "openai", bucket: "mon", cost: "1.10" },
      { service: "twilio", bucket: "mon", cost: "0.20" },
      { service: "openai", bucket: "wed", cost: "0.000001" },
    ],
    totals: new Map([
      ["mon", "1.50"],
      ["wed", "0.000001"],
    ]),
    restCount: 3,
    futureFrom: 3,
  };

  it("names the largest and takes the rest from the totals, to the last digit", () => {
    const { layers, totals } = stackOf(input);
    expect(layers.map(({ name }) => name)).toEqual(["openai", "twilio", "Other (3)"]);
    expect(layers.map(({ values }) => values)).toEqual([
      ["1.10", "0", "0.000001", null],
      ["0.20", "0", "0", null],
      ["0.20", "0", "0.000000", null],
    ]);
    expect(totals).toEqual(["1.50", "0", "0.000001", null]);
  });

  it("has no rest where every service is named", () => {
    expect(stackOf({ ...input, restCount: 0 }).layers.map(({ key }) => key)).toEqual(["openai", "twilio"]);
  });
});

describe("the colours of services", () => {
  const names = ["openai", "anthropic", "google_ads", "meta_ads", "gupshup", "twilio", "human_labor", "scrapingbee"];

  it("are eight different ones for eight services, in whatever order they are named", () => {
    const slots = slotsOf(names);
    expect(new Set(slots.values()).size).toBe(8);
    expect(slotsOf([...names].reverse())).toEqual(slots);
  });

  it("go round again where there are more services than colours", () => {
    expect(slotsOf([...names, "a ninth one"]).size).toBe(9);
  });
});

describe("sentences and addresses", () => {
  const money = { locale: "en-US", currency: "USD" };

  it("say what was spent and where most of it went", () => {
    const total = "1204.18";
    expect(chartSentence({ total, largest: { service: "openai", share: "0.71" } }, "today", money, "en-US")).toBe(
      "$1,204.18 today; openai has 71.0% of it.",
    );
    expect(chartSentence({ total: "0", largest: null }, "today", money, "en-US")).toBe("$0.00 today.");
    expect(percentOf("0.31250000", "en-US")).toBe("31.2%");
  });

  it("lead into the explorer with the filters in force, and leave out what is not set", () => {
    expect(explorerHref({ range: "today", client: ["acme", "birch"], group_by: "service" })).toBe(
      "/explorer?range=today&client=acme&client=birch&group_by=service",
    );
    expect(explorerHref({ range: undefined, client: undefined })).toBe("/explorer");
  });
});

describe("refreshing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("begins at once, then pauses, and never forgets the last call", async () => {
    const work = vi.fn(() => Promise.resolve());
    const { call } = coalesced(work, 2000);
    call();
    expect(work).toHaveBeenCalledTimes(1);
    for (let times = 0; times < 50; times += 1) call();
    await vi.advanceTimersByTimeAsync(1999);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(work).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it("waits for work that takes longer than the pause, and goes on after work that failed", async () => {
    let running = 0;
    let most = 0;
    const work = vi.fn(async () => {
      most = Math.max(most, (running += 1));
      await new Promise((done) => setTimeout(done, 5000));
      running -= 1;
      throw new Error("the server is away");
    });
    const { call } = coalesced(work, 2000);
    call();
    await vi.advanceTimersByTimeAsync(3000);
    call();
    await vi.advanceTimersByTimeAsync(2000);
    expect(work).toHaveBeenCalledTimes(2);
    expect(most).toBe(1);
  });

  it("does nothing any more once it is stopped", async () => {
    const work = vi.fn(() => Promise.resolve());
    const { call, stop } = coalesced(work, 2000);
    call();
    call();
    stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
