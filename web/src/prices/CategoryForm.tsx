/** Adding a category, with its first rate where it is known. */
import type { FormEvent } from "react";

import { useCategoryCreation } from "../api/prices";
import { useMe } from "../api/session";
import { Button } from "../ui/Button";
import { Dialog, DialogActions } from "../ui/Dialog";
import { ErrorNote } from "../ui/ErrorState";
import { SelectField, TextField } from "../ui/Field";
import { toast } from "../ui/Toast";
import { errorsByPath, readCategory } from "./drafts";
import { RateFields } from "./RateForm";
import { UnitField } from "./UnitField";
import { KIND_WORDS, KINDS } from "./words";

export function CategoryForm({ onClose }: { onClose: () => void }) {
  const creation = useCategoryCreation();
  const { time_zone, currency } = useMe().workspace;
  const errors = errorsByPath(creation.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    creation.mutate(readCategory(new FormData(event.currentTarget), time_zone), {
      onSuccess: (made) => {
        toast(`${made.key} is added.`);
        onClose();
      },
    });
  };
  return (
    <Dialog title="Add category" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Key"
          name="key"
          required
          maxLength={64}
          help="How events name it. Small letters, digits, dot, dash and underscore."
          error={errors.key}
          className="font-mono"
        />
        <div className="grid grid-cols-2 gap-4">
          <SelectField label="Kind" name="kind" defaultValue="api" error={errors.kind}>
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {KIND_WORDS[kind]}
              </option>
            ))}
          </SelectField>
          <TextField label="Service" name="service" required maxLength={120} error={errors.service} />
        </div>
        <UnitField label="Unit" name="unit" required error={errors.unit} />
        <TextField label="Description" name="description" maxLength={500} error={errors.description} />
        <label className="flex min-h-6 cursor-pointer items-start gap-2">
          <input type="checkbox" name="rate_first" className="mt-0.5 size-4 shrink-0 accent-accent" />
          Its rate counts even where the model has a price of its own
        </label>
        <fieldset className="flex flex-col gap-4 border-t border-line pt-3">
          <legend className="sr-only">First rate</legend>
          <p className="text-small text-muted">First rate. Left empty, what it bills has no price yet.</p>
          <RateFields per={1} currency={currency} errors={errors} prefix="rate." />
        </fieldset>
        {Object.keys(errors).length === 0 && <ErrorNote error={creation.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={creation.isPending}>
            Add category
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
