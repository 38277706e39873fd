/** Days as people choose them, as the moments at which they begin in the workspace's time zone. */

const HOUR_MS = 3_600_000;

/** The first instant of a calendar day (`2027-03-28`) in a zone; undefined for what is no day. */
export function beginningOf(day: string, timeZone: string): string | undefined {
  const midnight_ms = Date.parse(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(midnight_ms)) return undefined;
  // The zone's offset depends on the moment that is looked for, so the first answer is only nearly right.
  let instant_ms = midnight_ms - offsetAt(midnight_ms, timeZone);
  instant_ms = midnight_ms - offsetAt(instant_ms, timeZone);
  // Where clocks are put forward at midnight the day begins an hour later, since there is no midnight.
  while (instant_ms + offsetAt(instant_ms, timeZone) < midnight_ms) instant_ms += HOUR_MS;
  return new Date(instant_ms).toISOString();
}

/** By how much the zone's clocks are ahead of UTC at an instant. */
function offsetAt(instant_ms: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(new Date(instant_ms));
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local_ms = Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"), read("second"));
  return local_ms - Math.floor(instant_ms / 1000) * 1000;
}
