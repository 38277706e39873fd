/** What every part of the overview needs to know: whose costs, which day it is, and how to write them. */
import { useMemo } from "react";

import { useMe } from "../api/session";
import { moneyMeasure } from "../charts";
import { dayIn, rangeDays } from "../filters/range";
import { useFilters } from "../filters/useFilters";
import { useNow, useTimeOptions } from "../ui/Time";

export function useScene() {
  const { currency } = useMe().workspace;
  const { locale, timeZone } = useTimeOptions();
  const { filters } = useFilters();
  const now = useNow();
  const today = dayIn(timeZone, now);
  const days = useMemo(() => rangeDays(filters, today), [filters, today]);
  const money = useMemo(() => ({ locale, currency }), [locale, currency]);
  return { client: filters.client, filters, days, today, now, locale, timeZone, money, measure: moneyMeasure(money) };
}
