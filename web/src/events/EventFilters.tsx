/** What narrows the list of events beyond the filters of every spend page; all of it stands in the address. */
import { useEffect, useRef, useState } from "react";

import { Button } from "../ui/Button";
import { RemovableChip } from "../ui/Chip";
import { SearchField } from "../ui/Field";
import { CostFilter } from "./CostFilter";
import { EVENT_SEARCH_KEYS } from "./search";
import { useEventSearch } from "./useEventSearch";
import { ValueFilter } from "./ValueFilter";

/** Only whole ids are found, so there is no use in asking for each of their letters. */
const TYPING_PAUSE_MS = 400;

export function EventFilters() {
  const { search, change } = useEventSearch();
  return (
    <div className="flex flex-col gap-2 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <IdSearch />
        <ValueFilter name="services" one="service" label="Service" />
        <ValueFilter name="models" one="model" label="Model" />
        <CostFilter />
        <Switch
          label="Only unpriced"
          checked={search.unpriced ?? false}
          onChange={(on) => change({ unpriced: on || undefined })}
        />
        <Switch
          label="Only failed"
          checked={search.failed ?? false}
          onChange={(on) => change({ failed: on || undefined })}
        />
      </div>
      <Chips />
    </div>
  );
}

function IdSearch() {
  const { search, change } = useEventSearch();
  const [typed, setTyped] = useState(search.q ?? "");
  const [seen, setSeen] = useState(search.q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address may change by itself, as by going back; while somebody types, the field is ahead of it.
  if (seen !== search.q) {
    setSeen(search.q);
    if ((search.q ?? "") !== typed.trim()) setTyped(search.q ?? "");
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (words: string) => {
    setTyped(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ q: words.trim() || undefined }), TYPING_PAUSE_MS);
  };
  return <SearchField label="Id, operation id or lead, whole" value={typed} onChange={type} />;
}

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (isOn: true | undefined) => void;
}

function Switch({ label, checked, onChange }: SwitchProps) {
  return (
    <label className="flex h-(--control-height) cursor-pointer items-center gap-2 px-1">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked || undefined)}
      />
      {label}
    </label>
  );
}

/** What is chosen, each with a way to remove it. */
function Chips() {
  const { search, change } = useEventSearch();
  const { services = [], models = [], q, cost_min, cost_max } = search;
  if (EVENT_SEARCH_KEYS.every((key) => search[key] === undefined)) return null;
  const cost =
    cost_min && cost_max ? `${cost_min} to ${cost_max}` : cost_min ? `from ${cost_min}` : `up to ${cost_max}`;
  const without = (values: string[], value: string) => {
    const left = values.filter((each) => each !== value);
    return left.length > 0 ? left : undefined;
  };
  const nothing = Object.fromEntries(EVENT_SEARCH_KEYS.map((key) => [key, undefined]));
  return (
    <div className="flex flex-wrap items-center gap-2">
      {services.map((each) => (
        <RemovableChip
          key={each}
          label={`Service: ${each}`}
          onRemove={() => change({ services: without(services, each) })}
        />
      ))}
      {models.map((each) => (
        <RemovableChip key={each} label={`Model: ${each}`} onRemove={() => change({ models: without(models, each) })} />
      ))}
      {(cost_min ?? cost_max) && (
        <RemovableChip label={`Cost: ${cost}`} onRemove={() => change({ cost_min: undefined, cost_max: undefined })} />
      )}
      {q && <RemovableChip label={`Search: ${q}`} onRemove={() => change({ q: undefined })} />}
      <Button look="quiet" icon="close" onClick={() => change(nothing)}>
        Clear
      </Button>
    </div>
  );
}
