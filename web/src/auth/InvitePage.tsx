/** Accepting an invitation: who invites, as what, and for new people a name and a password. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { ApiProblem } from "../api/problem";
import { openInvitationQuery, useInvitationAcceptance } from "../api/session";
import type { OpenInvitation } from "../api/types";
import { roleName } from "../api/words";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorState";
import { TextField } from "../ui/Field";
import { SkeletonPage } from "../ui/Skeleton";
import { AuthLayout } from "./AuthLayout";
import { useFragmentToken } from "./fragment";
import { NewPasswordFields, passwordObjection } from "./NewPasswordFields";
import { SpentLink } from "./SpentLink";
import { textOf } from "../ui/form";

export default function InvitePage() {
  const token = useFragmentToken();
  const invitation = useQuery({ ...openInvitationQuery(token ?? ""), enabled: token !== null });
  if (!token || invitation.isError) {
    return (
      <AuthLayout title="Invitation">
        <SpentLink error={invitation.error}>Ask the person who invited you for a new link.</SpentLink>
      </AuthLayout>
    );
  }
  if (!invitation.data) {
    return (
      <AuthLayout title="Invitation">
        <SkeletonPage />
      </AuthLayout>
    );
  }
  return <Acceptance token={token} invitation={invitation.data} />;
}

function Acceptance({ token, invitation }: { token: string; invitation: OpenInvitation }) {
  const navigate = useNavigate();
  const accept = useInvitationAcceptance();
  const isNew = !invitation.has_account;
  const [objection, setObjection] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const found = isNew ? passwordObjection(form) : undefined;
    setObjection(found);
    if (found) return;
    const name = isNew ? textOf(form, "name").trim() : undefined;
    accept.mutate(
      { token, name, password: textOf(form, "password") },
      { onSuccess: () => void navigate({ to: "/", replace: true }) },
    );
  };
  const fields = accept.error instanceof ApiProblem ? accept.error.fieldErrors() : {};
  const isFieldError = Boolean(fields.name ?? fields.password);
  return (
    <AuthLayout title={`Join ${invitation.workspace_name}`}>
      <p>
        You are invited as <strong>{roleName(invitation.role)}</strong>, with the address{" "}
        <strong className="break-all">{invitation.email}</strong>.
      </p>
      <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
        {isNew ? (
          <>
            <TextField label="Your name" name="name" autoComplete="name" required error={fields.name} />
            <NewPasswordFields error={objection ?? fields.password} />
          </>
        ) : (
          <TextField
            label="Your password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            help="You have an account here already; its password shows that it is you."
            error={fields.password}
          />
        )}
        {!isFieldError && <ErrorNote error={accept.error} />}
        <Button look="primary" type="submit" busy={accept.isPending}>
          Accept the invitation
        </Button>
      </form>
    </AuthLayout>
  );
}
