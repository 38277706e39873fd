/** The date range: presets for a glance, a free range for a dig, and the time zone that decides the days. */
import { useState, type FormEvent } from "react";

import { formatDayRange, formatZone } from "../format";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { TextField } from "../ui/Field";
import { Icon } from "../ui/icons";
import { Popover } from "../ui/Popover";
import { useNow, useTimeOptions } from "../ui/Time";
import { DEFAULT_PRESET, PRESET_WORDS, PRESETS } from "./filters";
import { dayIn, rangeDays, type DayRange } from "./range";
import { useFilters } from "./useFilters";
import { textOf } from "../ui/form";

/** The days that the range means, and whose days they are. */
export function RangeNote() {
  const { filters } = useFilters();
  const { locale, timeZone } = useTimeOptions();
  const now = useNow();
  const days = rangeDays(filters, dayIn(timeZone, now));
  return (
    <span className="text-small text-muted">
      {!filters.from && `${formatDayRange(days.first, days.last, locale)} · `}
      <span title={timeZone}>{formatZone(timeZone, now, locale)}</span>
    </span>
  );
}

export function RangePicker() {
  const [isOpen, setOpen] = useState(false);
  const { filters, change } = useFilters();
  const { locale, timeZone } = useTimeOptions();
  const now = useNow();
  const days = rangeDays(filters, dayIn(timeZone, now));
  const preset = filters.from ? null : (filters.range ?? DEFAULT_PRESET);
  const choose = (next: Parameters<typeof change>[0]) => {
    change(next);
    setOpen(false);
  };
  const written = formatDayRange(days.first, days.last, locale);
  return (
    <Popover
      label="Date range"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button icon="calendar">
          {preset ? PRESET_WORDS[preset] : written}
          <Icon name="chevronDown" size={14} />
        </Button>
      }
    >
      <div role="group" aria-label="Presets" className="grid grid-cols-2 gap-1">
        {PRESETS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === preset}
            onClick={() => choose({ range: each, from: undefined, to: undefined })}
            className={classes(
              "min-h-9 rounded-control px-2 text-left hover:bg-surface-2 coarse:min-h-11",
              each === preset && "bg-surface-2 font-semibold text-accent",
            )}
          >
            {PRESET_WORDS[each]}
          </button>
        ))}
      </div>
      <FreeRange days={days} onChoose={({ first, last }) => choose({ from: first, to: last })} />
    </Popover>
  );
}

function FreeRange({ days, onChoose }: { days: DayRange; onChoose: (days: DayRange) => void }) {
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [first, last] = [textOf(form, "from"), textOf(form, "to")];
    if (!first || !last) return setError("Choose both days.");
    if (first > last) return setError("The last day is before the first.");
    onChoose({ first, last });
  };
  return (
    <form onSubmit={submit} noValidate className="mt-3 flex flex-col gap-3 border-t border-line pt-3">
      {/* Side by side the year would disappear beneath the calendar's icon. */}
      <TextField label="From" type="date" name="from" defaultValue={days.first} />
      <TextField label="To" type="date" name="to" defaultValue={days.last} />
      {error && (
        <p role="alert" className="text-small text-crit">
          {error}
        </p>
      )}
      <Button type="submit">Apply range</Button>
    </form>
  );
}
