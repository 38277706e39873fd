/** The gallery's data: the demo agency's snapshot, and what a server would compute from it. */
import { addDecimals, toFloat } from "../format";
import { foldSeries, slotOf, type BarItem, type Forecast, type Series, type Values } from "../charts";
import agency from "./agency.json";

export const LOCALE = "en-US";
export const CURRENCY = agency.currency;
export const DAYS: readonly string[] = agency.days;

const LAST = DAYS.length - 1;

/** Nine services: the seven largest by name, the rest as "Other". */
export const SERVICES: readonly Series[] = foldSeries(
  agency.services.map((service) => ({
    key: service.name,
    name: service.name,
    slot: slotOf(service.slot),
    values: service.daily_cost,
    total: addDecimals(service.daily_cost),
  })),
);

export const DAILY_TOTALS: Values = DAYS.map((_, index) =>
  addDecimals(agency.services.map((service) => service.daily_cost[index] ?? "0")),
);

export const PREVIOUS_TOTALS: Values = agency.previous.daily_cost;

export const TOTAL = addDecimals(DAILY_TOTALS.map((value) => value ?? "0"));
export const PREVIOUS_TOTAL = addDecimals(agency.previous.daily_cost);

export const AI_SERVICES: readonly Series[] = agency.services
  .filter((service) => ["OpenAI", "Anthropic", "Google AI"].includes(service.name))
  .map((service) => ({
    key: service.name,
    name: service.name,
    slot: slotOf(service.slot),
    // A monthly fee falls due on the first, which would flatten the days that follow.
    values: service.daily_cost.slice(1),
  }));

export const CLIENTS: readonly BarItem[] = [...agency.clients]
  .sort((left, right) => (toFloat(right.cost) ?? 0) - (toFloat(left.cost) ?? 0))
  .map((client) => ({
    key: client.name,
    name: client.name,
    slot: slotOf(client.slot),
    value: client.cost,
    previous: client.previous,
  }));

/** The month so far, added up day by day, as the server's cumulative series is. */
const TODAY = 21;
const CUMULATIVE: Values = DAYS.map((_, index) =>
  addDecimals(DAILY_TOTALS.slice(0, index + 1).map((value) => value ?? "0")),
);

export const MONTH: { actual: Values; forecast: Forecast; today: number } = {
  today: TODAY,
  actual: CUMULATIVE.map((value, index) => (index <= TODAY ? value : null)),
  forecast: { values: outlook(0), low: outlook(-1), high: outlook(1) },
};

/** A forecast that follows the mean of the days so far; its band widens with the root of the distance. */
function outlook(side: -1 | 0 | 1): Values {
  const now = toFloat(CUMULATIVE[TODAY]) ?? 0;
  const perDay = now / (TODAY + 1);
  return DAYS.map((_, index) => {
    const ahead = index - TODAY;
    if (ahead < 0) return null;
    return (now + ahead * perDay + side * Math.sqrt(ahead) * perDay * 0.85).toFixed(2);
  });
}

/** Six weeks of hours with a daily rhythm, an outage and a peak: more points than a screen has. */
export const HOURS: readonly string[] = Array.from({ length: 1008 }, (_, hour) =>
  new Date(Date.UTC(2026, 8, 19) + hour * 3_600_000).toISOString(),
);

export const HOURLY: readonly Series[] = [
  { key: "tokens", name: "OpenAI", slot: 1, values: HOURS.map((_, hour) => hourlyCost(hour)) },
];

function hourlyCost(hour: number): string | null {
  if (hour > 610 && hour < 640) return null;
  const daily = 1 + 0.7 * Math.sin(((hour % 24) - 8) / 3.82);
  const weekly = Math.floor(hour / 24) % 7 < 5 ? 1 : 0.45;
  const ripple = 1 + 0.12 * Math.sin(hour * 1.7) + 0.08 * Math.sin(hour * 0.61);
  const peak = hour === 400 ? 3.2 : 1;
  return (0.42 * daily * weekly * ripple * peak + 0.05).toFixed(6);
}

/** What one call costs: amounts that must never read as zero. */
export const CALL_COSTS: readonly Series[] = [
  {
    key: "small",
    name: "Small model",
    slot: 2,
    values: DAYS.map((_, day) => (34 + ((day * 7) % 11) / 2).toFixed(1) + "E-6"),
  },
];

/** The last bucket is still being filled: two fifths of a day have passed. */
export const OPEN_FROM = LAST;
