/** The time zones and currencies of the world, as this browser knows them. */
import { formatClock } from "../../format";
import type { ComboboxOption } from "../../ui/Combobox";

/** Browsers list some zones under names that the tz database has since given up. */
const PRESENT_NAMES: Record<string, string> = {
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};

/** Every zone with the time it is there now; the current one is listed even if this browser does not know it. */
export function zoneOptions(current: string, now: Date, locale: string): ComboboxOption[] {
  const known = Intl.supportedValuesOf("timeZone").map((zone) => PRESENT_NAMES[zone] ?? zone);
  const names = new Set(["UTC", ...known, current]);
  return [...names].sort().map((zone) => ({
    value: zone,
    label: zone.replaceAll("_", " "),
    detail: clockIn(zone, now, locale),
  }));
}

function clockIn(timeZone: string, now: Date, locale: string): string | undefined {
  try {
    return formatClock(now, { locale, timeZone });
  } catch {
    // The server may know a zone that this browser does not.
    return undefined;
  }
}

export function currencyOptions(current: string, locale: string): ComboboxOption[] {
  const names = new Intl.DisplayNames(locale, { type: "currency", fallback: "code" });
  const codes = new Set([...Intl.supportedValuesOf("currency"), current]);
  return [...codes].sort().map((code) => ({ value: code, label: code, detail: names.of(code) }));
}
