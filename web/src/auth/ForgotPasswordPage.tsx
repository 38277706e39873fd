/** Asking for a link that sets a new password. */
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";

import { usePasswordResetRequest } from "../api/session";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorState";
import { TextField } from "../ui/Field";
import { AuthLayout } from "./AuthLayout";
import { textOf } from "../ui/form";

export default function ForgotPasswordPage() {
  const request = usePasswordResetRequest();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    request.mutate(textOf(new FormData(event.currentTarget), "email").trim());
  };
  if (request.isSuccess) {
    return (
      <AuthLayout title="Look into your mail">
        <p role="status">
          If <strong>{request.variables}</strong> belongs to an account, a link to set a new password is on its way. It
          works once, for a short time.
        </p>
        <p className="text-muted">Nothing came? Where Outlay sends no mail, the person who runs it can make a link.</p>
        <Link to="/sign-in" className="link-alone self-start">
          Back to sign-in
        </Link>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title="Forgot your password?" help="We send you a link with which you set a new one.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label="E-mail" name="email" type="email" autoComplete="username" required />
        <ErrorNote error={request.error} />
        <Button look="primary" type="submit" busy={request.isPending}>
          Send the link
        </Button>
        <Link to="/sign-in" className="link-alone self-start">
          Back to sign-in
        </Link>
      </form>
    </AuthLayout>
  );
}
