/** Adding an override: whose model, which calls, fixed rates, a discount, and from when until when. */
import { useState, type FormEvent } from "react";

import { useOverrideCreation } from "../api/prices";
import { Button } from "../ui/Button";
import { Dialog, DialogActions } from "../ui/Dialog";
import { ErrorNote } from "../ui/ErrorState";
import { SelectField, TextField } from "../ui/Field";
import { useTimeOptions } from "../ui/Time";
import { toast } from "../ui/Toast";
import { CALLS, errorsByPath, readOverride, type TypedRate } from "./drafts";
import { overrideName } from "./overrideColumns";
import { StartField } from "./RateForm";
import { RateRows } from "./RateRows";

export function OverrideForm({ onClose }: { onClose: () => void }) {
  const creation = useOverrideCreation();
  const { timeZone } = useTimeOptions();
  const [rates, setRates] = useState<TypedRate[]>([]);
  const errors = errorsByPath(creation.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    creation.mutate(readOverride(new FormData(event.currentTarget), rates, timeZone), {
      onSuccess: (made) => {
        toast(`${overrideName(made)} has a price of its own.`);
        onClose();
      },
    });
  };
  return (
    <Dialog title="Add override" onClose={onClose} keepOnBackdrop>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label="Service" name="service" maxLength={120} placeholder="openai" error={errors.service} />
          <TextField
            label="Model"
            name="model"
            maxLength={200}
            placeholder="gpt-4o*"
            help="A star at the end stands for any ending; empty for all models."
            error={errors.model}
          />
        </div>
        <SelectField label="Counts for" name="calls" error={errors.context}>
          {CALLS.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
        <div className="grid grid-cols-2 gap-4">
          <TextField
            label="Discount in percent"
            name="discount_percent"
            inputMode="decimal"
            placeholder="0"
            help="Off the list price of all units without a fixed rate."
            error={errors.discount_percent}
          />
          <TextField
            label="Currency"
            name="currency"
            maxLength={3}
            defaultValue="USD"
            error={errors.currency}
            className="uppercase"
          />
        </div>
        <RateRows rates={rates} onChange={setRates} errors={errors} />
        <div className="grid gap-4 sm:grid-cols-2">
          <StartField error={errors.effective_from} />
          <TextField
            label="Ends on"
            name="effective_until"
            type="date"
            help="From the beginning of this day on it no longer counts; open when left empty."
            error={errors.effective_until}
          />
        </div>
        <TextField label="Note" name="note" maxLength={500} error={errors.note} />
        {Object.keys(errors).length === 0 && <ErrorNote error={creation.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={creation.isPending}>
            Add override
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
