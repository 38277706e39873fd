/** Appending a rate to a category, and the fields of a rate. */
import type { FormEvent } from "react";

import { useRateAddition, type Category } from "../api/prices";
import { Button } from "../ui/Button";
import { DialogActions } from "../ui/Dialog";
import { ErrorNote } from "../ui/ErrorState";
import { TextField } from "../ui/Field";
import { useTimeOptions } from "../ui/Time";
import { toast } from "../ui/Toast";
import { errorsByPath, readRate } from "./drafts";

interface RateFieldsProps {
  /** What is filled in to begin with. */
  per: number;
  currency: string;
  errors: Record<string, string>;
  /** What stands before the names of the fields in the server's answer. */
  prefix?: string;
}

export function RateFields({ per, currency, errors, prefix = "" }: RateFieldsProps) {
  const error = (name: string) => errors[prefix + name];
  return (
    <>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
        <TextField label="Amount" name="amount" inputMode="decimal" placeholder="0.0055" error={error("amount")} />
        <TextField label="Per how many" name="per" inputMode="numeric" defaultValue={per} error={error("per")} />
        <TextField
          label="Currency"
          name="currency"
          maxLength={3}
          defaultValue={currency}
          error={error("currency")}
          className="uppercase"
        />
      </div>
      <StartField error={error("effective_from")} />
    </>
  );
}

export function StartField({ error }: { error?: string }) {
  const { timeZone } = useTimeOptions();
  return (
    <TextField
      label="Counts from"
      name="effective_from"
      type="date"
      help={`From the beginning of this day on (${timeZone}); from now on when left empty.`}
      error={error}
    />
  );
}

export function RateForm({ category, onClose }: { category: Category; onClose: () => void }) {
  const addition = useRateAddition(category.id);
  const { timeZone } = useTimeOptions();
  const errors = errorsByPath(addition.error);
  const latest = category.rates.at(-1);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    addition.mutate(readRate(new FormData(event.currentTarget), timeZone), {
      onSuccess: () => {
        toast(`${category.key} has a new rate.`);
        onClose();
      },
    });
  };
  return (
    <form
      aria-label="Add rate"
      noValidate
      onSubmit={submit}
      className="flex flex-col gap-4 rounded-control border border-line p-3"
    >
      <RateFields per={latest?.per ?? 1} currency={latest?.currency ?? "USD"} errors={errors} />
      {Object.keys(errors).length === 0 && <ErrorNote error={addition.error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" busy={addition.isPending}>
          Add rate
        </Button>
      </DialogActions>
    </form>
  );
}
