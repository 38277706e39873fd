/** Inviting a person: the link is shown once, to the one who invites. */
import { useState, type FormEvent } from "react";

import { useInvitation } from "../../api/people";
import { ApiProblem } from "../../api/problem";
import type { NewInvitation, Role } from "../../api/types";
import { PEOPLE_ROLES, roleName } from "../../api/words";
import { Button } from "../../ui/Button";
import { ChoiceField } from "../../ui/ChoiceField";
import { CopyField } from "../../ui/Copy";
import { Dialog, DialogActions } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorState";
import { TextField } from "../../ui/Field";
import { RoleField } from "../../ui/RoleField";
import { Time } from "../../ui/Time";
import { textOf } from "../../ui/form";

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const invite = useInvitation();
  if (invite.data) return <Invited invitation={invite.data} onClose={onClose} />;
  return <InviteForm invite={invite} onClose={onClose} />;
}

function InviteForm({ invite, onClose }: { invite: ReturnType<typeof useInvitation>; onClose: () => void }) {
  const [role, setRole] = useState<Role>("viewer");
  const problem = invite.error instanceof ApiProblem ? invite.error : null;
  const fields = problem?.fieldErrors() ?? {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const client = form.get("client");
    invite.mutate({
      email: textOf(form, "email").trim(),
      role,
      ...(typeof client === "string" ? { client } : {}),
    });
  };
  return (
    <Dialog title="Invite a person" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label="E-mail" name="email" type="email" required error={fields.email} />
        <RoleField roles={PEOPLE_ROLES} value={role} onChange={setRole} error={fields.role} />
        {role === "portal" && (
          <ChoiceField
            kind="clients"
            label="Client"
            name="client"
            help="The one client whose figures this person sees."
            error={fields.client}
          />
        )}
        {Object.keys(fields).length === 0 && <ErrorNote error={problem} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={invite.isPending}>
            Make the invitation
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Invited({ invitation, onClose }: { invitation: NewInvitation; onClose: () => void }) {
  return (
    <Dialog title="Invitation made" onClose={onClose} keepOnBackdrop>
      <p role="status">
        <strong className="break-all">{invitation.email}</strong> can join as {roleName(invitation.role)} until{" "}
        <Time at={invitation.expires_at} />.{" "}
        {invitation.mailed ? "The link is on its way by mail." : "No mail was sent: pass the link on yourself."}
      </p>
      {invitation.link && (
        <>
          <CopyField label="Invitation link" value={invitation.link} />
          <p className="text-small text-muted">The link is shown only now. Whoever has it can accept the invitation.</p>
        </>
      )}
      <DialogActions>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </Dialog>
  );
}
