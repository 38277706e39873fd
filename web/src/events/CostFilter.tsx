/** From and up to which cost events are listed. */
import { useState, type FormEvent } from "react";

import { useMe } from "../api/session";
import { addDecimals } from "../format";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { textOf } from "../ui/form";
import { Icon } from "../ui/icons";
import { Popover } from "../ui/Popover";
import { readAmount } from "./search";
import { useEventSearch } from "./useEventSearch";

export function CostFilter() {
  const [isOpen, setOpen] = useState(false);
  const { search } = useEventSearch();
  return (
    <Popover
      label="Filter by cost"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button>
          Cost
          {(search.cost_min ?? search.cost_max) && <span className="text-accent">set</span>}
          <Icon name="chevronDown" size={14} />
        </Button>
      }
    >
      <CostForm onDone={() => setOpen(false)} />
    </Popover>
  );
}

function CostForm({ onDone }: { onDone: () => void }) {
  const { search, change } = useEventSearch();
  const { currency } = useMe().workspace;
  const [errors, setErrors] = useState<{ min?: string; max?: string }>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [typedMin, typedMax] = [textOf(form, "min").trim(), textOf(form, "max").trim()];
    const [min, max] = [readAmount(typedMin), readAmount(typedMax)];
    const wrong = "Type an amount such as 0.05.";
    if ((typedMin && !min) || (typedMax && !max)) {
      return setErrors({ min: typedMin && !min ? wrong : undefined, max: typedMax && !max ? wrong : undefined });
    }
    if (min && max && addDecimals([max, `-${min}`])?.startsWith("-")) {
      return setErrors({ max: "It is less than the lower bound." });
    }
    change({ cost_min: min, cost_max: max });
    onDone();
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-3">
      <TextField
        label={`From (${currency})`}
        name="min"
        inputMode="decimal"
        defaultValue={search.cost_min}
        error={errors.min}
      />
      <TextField
        label={`Up to (${currency})`}
        name="max"
        inputMode="decimal"
        defaultValue={search.cost_max}
        error={errors.max}
        help="Events without a price are in no range."
      />
      <Button type="submit">Apply</Button>
    </form>
  );
}
