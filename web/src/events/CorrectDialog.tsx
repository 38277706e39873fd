/** Correcting an event: what it should have said, and why; the original stays in its history. */
import { useState, type FormEvent } from "react";

import { useCorrection, type EventContents, type SpendEvent } from "../api/events";
import { useMe } from "../api/session";
import { Button } from "../ui/Button";
import { Dialog, DialogActions } from "../ui/Dialog";
import { ErrorNote } from "../ui/ErrorState";
import { SelectField, TextField } from "../ui/Field";
import { toast } from "../ui/Toast";
import { changesIn, correctionErrors, countedTwice, typedFrom, type TypedCorrection } from "./draft";
import { NAMES } from "./names";
import { QuantityRows } from "./QuantityRows";
import { ReferenceField } from "./ReferenceField";
import { REASON_CHARACTERS_MAX } from "./VoidDialog";

interface CorrectDialogProps {
  event: SpendEvent;
  contents: EventContents;
  onClose: () => void;
}

export function CorrectDialog({ event, contents, onClose }: CorrectDialogProps) {
  const { currency } = useMe().workspace;
  const correction = useCorrection(event);
  const [began] = useState(() => typedFrom(contents, currency));
  const [typed, setTyped] = useState(began);
  const [mistake, setMistake] = useState<string>();
  const errors = correctionErrors(correction.error);
  const set = (next: Partial<TypedCorrection>) => setTyped({ ...typed, ...next });
  const submit = (submitted: FormEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    const changes = changesIn(typed, began);
    const twice = countedTwice(typed.quantities);
    if (twice) return setMistake(`${twice} is counted in two rows.`);
    if (Object.keys(changes).length === 0) return setMistake("Nothing is said anew yet.");
    setMistake(undefined);
    correction.mutate(
      { ...changes, reason: typed.reason.trim() },
      {
        onSuccess: () => {
          toast("The event is corrected.");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title="Correct this event" onClose={onClose} keepOnBackdrop>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">
          Say what is different; the rest stays. It counts as of when it happened, and what was recorded first stays in
          its history. Where what was used or the model is another, the price is found anew.
        </p>
        <Fields typed={typed} set={set} errors={errors} contents={contents} />
        <TextField
          label="Reason"
          value={typed.reason}
          onChange={(change) => set({ reason: change.target.value })}
          maxLength={REASON_CHARACTERS_MAX}
          help="Whoever looks at the event later reads it."
          error={errors.reason}
        />
        {mistake ? (
          <p role="alert" className="text-small text-crit">
            {mistake}
          </p>
        ) : (
          !isAtAField(errors) && <ErrorNote error={correction.error} />
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={correction.isPending}>
            Correct event
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const SHOWN = /^(client|campaign|agent|service|model|category|operation|quantities(\..*)?|cost|currency|reason)$/;

/** Whether every refusal stands at a field of the form already. */
function isAtAField(errors: Record<string, string>): boolean {
  const paths = Object.keys(errors);
  return paths.length > 0 && paths.every((path) => SHOWN.test(path));
}

interface FieldsProps {
  typed: TypedCorrection;
  set: (next: Partial<TypedCorrection>) => void;
  errors: Record<string, string>;
  contents: EventContents;
}

function Fields({ typed, set, errors, contents }: FieldsProps) {
  const text = (name: "service" | "model" | "category" | "operation" | "cost" | "currency", label: string) => ({
    label,
    value: typed[name],
    onChange: (change: { target: { value: string } }) => set({ [name]: change.target.value }),
    error: errors[name],
  });
  const reference = (kind: "clients" | "campaigns" | "agents", name: "client" | "campaign" | "agent") => ({
    kind,
    label: NAMES[name],
    value: typed[name],
    current: contents[name],
    error: errors[name],
  });
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <ReferenceField
          {...reference("clients", "client")}
          // A campaign belongs to one client, so it cannot go along to another.
          onChange={(client) => set({ client, campaign: "" })}
        />
        <ReferenceField
          {...reference("campaigns", "campaign")}
          client={typed.client}
          onChange={(campaign) => set({ campaign })}
        />
        <ReferenceField {...reference("agents", "agent")} onChange={(agent) => set({ agent })} />
        <SelectField
          label={NAMES.success}
          value={typed.success ? "succeeded" : "failed"}
          onChange={(change) => set({ success: change.target.value === "succeeded" })}
        >
          <option value="succeeded">succeeded</option>
          <option value="failed">failed</option>
        </SelectField>
        <TextField {...text("service", NAMES.service)} maxLength={200} />
        <TextField {...text("model", NAMES.model)} maxLength={200} />
        <TextField {...text("category", NAMES.category)} maxLength={200} />
        <TextField {...text("operation", NAMES.operation)} maxLength={200} />
      </div>
      <QuantityRows rows={typed.quantities} onChange={(quantities) => set({ quantities })} errors={errors} />
      <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)] gap-4">
        <TextField
          {...text("cost", "Reported cost")}
          inputMode="decimal"
          help="Empty means that the price book decides."
        />
        <TextField {...text("currency", "Currency")} maxLength={3} className="uppercase" />
      </div>
    </>
  );
}
