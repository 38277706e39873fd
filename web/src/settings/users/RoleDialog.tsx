/** Changing what a person may do. */
import { useState, type FormEvent } from "react";

import { useUserChange } from "../../api/people";
import { ApiProblem } from "../../api/problem";
import type { User } from "../../api/types";
import { PEOPLE_ROLES, roleName } from "../../api/words";
import { Button } from "../../ui/Button";
import { ChoiceField } from "../../ui/ChoiceField";
import { Dialog, DialogActions } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorState";
import { RoleField } from "../../ui/RoleField";
import { toast } from "../../ui/Toast";

export function RoleDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [role, setRole] = useState(user.role);
  const change = useUserChange();
  const name = user.name || user.email;
  const fields = change.error instanceof ApiProblem ? change.error.fieldErrors() : {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const client = new FormData(event.currentTarget).get("client");
    change.mutate(
      { id: user.id, role, client: typeof client === "string" ? client : null },
      {
        onSuccess: () => {
          toast(`${name} is now ${roleName(role)}.`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={`Role of ${name}`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <RoleField roles={PEOPLE_ROLES} value={role} onChange={setRole} error={fields.role} />
        {role === "portal" && (
          <ChoiceField
            kind="clients"
            label="Client"
            name="client"
            defaultValue={user.client?.key}
            help="The one client whose figures this person sees."
            error={fields.client}
          />
        )}
        <ErrorNote error={change.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={change.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
