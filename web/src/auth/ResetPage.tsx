/** Setting a new password by the link from the mail. */
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { ApiProblem } from "../api/problem";
import { usePasswordReset } from "../api/session";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorState";
import { AuthLayout } from "./AuthLayout";
import { useFragmentToken } from "./fragment";
import { NewPasswordFields, passwordObjection } from "./NewPasswordFields";
import { SpentLink } from "./SpentLink";
import { textOf } from "../ui/form";

export default function ResetPage() {
  const token = useFragmentToken();
  const navigate = useNavigate();
  const reset = usePasswordReset();
  const [objection, setObjection] = useState<string>();
  const problem = reset.error instanceof ApiProblem ? reset.error : null;
  if (!token || problem?.status === 410) {
    return (
      <AuthLayout title="Set a new password">
        <SpentLink error={problem}>You can ask for another link on the sign-in page.</SpentLink>
      </AuthLayout>
    );
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const found = passwordObjection(form);
    setObjection(found);
    if (found) return;
    reset.mutate(
      { token, password: textOf(form, "password") },
      { onSuccess: () => void navigate({ to: "/", replace: true }) },
    );
  };
  const refused = problem?.fieldErrors().password;
  return (
    <AuthLayout title="Set a new password" help="You will be signed in with it at once; other sessions end.">
      <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
        <NewPasswordFields error={objection ?? refused} />
        {!refused && <ErrorNote error={problem} />}
        <Button look="primary" type="submit" busy={reset.isPending}>
          Set the password
        </Button>
      </form>
    </AuthLayout>
  );
}
