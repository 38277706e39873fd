/** Creating a key: what it may do, for how long, and then its secret, once. */
import { useState, type FormEvent } from "react";

import { useKeyCreation } from "../../api/people";
import { ApiProblem } from "../../api/problem";
import type { KeyDraft, NewKey, Role } from "../../api/types";
import { KEY_ROLES } from "../../api/words";
import { Button } from "../../ui/Button";
import { ChoiceField } from "../../ui/ChoiceField";
import { CopyField } from "../../ui/Copy";
import { Dialog, DialogActions } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorState";
import { SelectField, TextField } from "../../ui/Field";
import { RoleField } from "../../ui/RoleField";
import { textOf } from "../../ui/form";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  { days: 30, name: "in 30 days" },
  { days: 90, name: "in 90 days" },
  { days: 365, name: "in a year" },
  { days: 0, name: "never" },
];

function readKey(form: FormData, role: Role): KeyDraft {
  const days = Number(form.get("lifetime"));
  const text = (name: string) => textOf(form, name);
  return {
    name: text("name").trim(),
    role,
    ...(role === "portal" ? { client: text("client") } : {}),
    ...(role === "agent" ? { agent: text("agent") } : {}),
    ...(days > 0 ? { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() } : {}),
  };
}

export function KeyDialog({ onClose }: { onClose: () => void }) {
  const creation = useKeyCreation();
  if (creation.data) return <SecretShown created={creation.data} onClose={onClose} />;
  return <KeyForm creation={creation} onClose={onClose} />;
}

function KeyForm({ creation, onClose }: { creation: ReturnType<typeof useKeyCreation>; onClose: () => void }) {
  const [role, setRole] = useState<Role>("agent");
  const problem = creation.error instanceof ApiProblem ? creation.error : null;
  const fields = problem?.fieldErrors() ?? {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    creation.mutate(readKey(new FormData(event.currentTarget), role));
  };
  return (
    <Dialog title="Create an API key" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          help="What uses it, so that you know later what revoking it stops."
          error={fields.name}
        />
        <RoleField roles={KEY_ROLES} value={role} onChange={setRole} error={fields.role} />
        {role === "agent" && <ChoiceField kind="agents" label="Agent" name="agent" error={fields.agent} />}
        {role === "portal" && <ChoiceField kind="clients" label="Client" name="client" error={fields.client} />}
        <SelectField label="Expires" name="lifetime" defaultValue="90" error={fields.expires_at}>
          {LIFETIMES.map(({ days, name }) => (
            <option key={days} value={days}>
              {name}
            </option>
          ))}
        </SelectField>
        {Object.keys(fields).length === 0 && <ErrorNote error={problem} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={creation.isPending}>
            Create key
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function SecretShown({ created, onClose }: { created: NewKey; onClose: () => void }) {
  return (
    <Dialog title={`${created.name} is created`} onClose={onClose} keepOnBackdrop>
      <p role="status">
        Copy the secret now and keep it safe. <strong>It is not shown again</strong>, and Outlay does not know it.
      </p>
      <CopyField label="Secret" value={created.secret} />
      <DialogActions>
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
