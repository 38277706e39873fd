/** Taking an event out of all sums, with the reason. */
import type { FormEvent } from "react";

import { useVoid, type SpendEvent } from "../api/events";
import { useMe } from "../api/session";
import { formatMoney } from "../format";
import { Button } from "../ui/Button";
import { Dialog, DialogActions } from "../ui/Dialog";
import { ErrorNote } from "../ui/ErrorState";
import { TextField } from "../ui/Field";
import { Time, useTimeOptions } from "../ui/Time";
import { toast } from "../ui/Toast";
import { textOf } from "../ui/form";
import { correctionErrors } from "./draft";

export const REASON_CHARACTERS_MAX = 500;

export function VoidDialog({ event, onClose }: { event: SpendEvent; onClose: () => void }) {
  const voiding = useVoid(event);
  const { currency } = useMe().workspace;
  const { locale } = useTimeOptions();
  const errors = correctionErrors(voiding.error);
  const cost = event.contents?.cost;
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const reason = textOf(new FormData(submitted.currentTarget), "reason").trim();
    voiding.mutate(
      { reason },
      {
        onSuccess: () => {
          toast("The event is void.");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title="Void this event?" onClose={onClose}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">
          {cost ? `Its ${formatMoney(cost, { locale, currency, kind: "unit" })} are` : "It is"} taken out of all sums,
          as of <Time at={event.time} />. The event stays in the list with your name and reason. A void cannot be taken
          back.
        </p>
        <TextField
          label="Reason"
          name="reason"
          maxLength={REASON_CHARACTERS_MAX}
          help="Whoever looks at the event later reads it."
          error={errors.reason}
        />
        {!errors.reason && <ErrorNote error={voiding.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" busy={voiding.isPending}>
            Void event
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
