/** Ending an override, now or from a day on. */
import type { FormEvent } from "react";

import { useOverrideEnd, type Override } from "../api/prices";
import { Button } from "../ui/Button";
import { Dialog, DialogActions } from "../ui/Dialog";
import { ErrorNote } from "../ui/ErrorState";
import { TextField } from "../ui/Field";
import { useTimeOptions } from "../ui/Time";
import { toast } from "../ui/Toast";
import { textOf } from "../ui/form";
import { beginningOf } from "./days";
import { errorsByPath } from "./drafts";
import { overrideName } from "./overrideColumns";

export function EndDialog({ override, onClose }: { override: Override; onClose: () => void }) {
  const end = useOverrideEnd();
  const { timeZone } = useTimeOptions();
  const errors = errorsByPath(end.error);
  const name = overrideName(override);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const at = beginningOf(textOf(new FormData(event.currentTarget), "at"), timeZone);
    end.mutate(
      { id: override.id, at },
      {
        onSuccess: () => {
          toast(at ? `${name} has an end.` : `${name} is ended.`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={`End ${name}?`} onClose={onClose}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">
          What it priced before keeps that price. From its end on the next override that fits counts, or the list price.
        </p>
        <TextField
          label="Ends on"
          name="at"
          type="date"
          help={`From the beginning of this day on (${timeZone}); from now on when left empty.`}
          error={errors.at}
        />
        {!errors.at && <ErrorNote error={end.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" busy={end.isPending}>
            End override
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
