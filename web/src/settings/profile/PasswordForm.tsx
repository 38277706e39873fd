/** A new password, allowed by the present one. */
import { useRef, useState, type FormEvent } from "react";

import { ApiProblem } from "../../api/problem";
import { useProfileChange } from "../../api/session";
import { NewPasswordFields, passwordObjection } from "../../auth/NewPasswordFields";
import { Button } from "../../ui/Button";
import { ErrorNote } from "../../ui/ErrorState";
import { TextField } from "../../ui/Field";
import { toast } from "../../ui/Toast";
import { textOf } from "../../ui/form";

export function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const form = useRef<HTMLFormElement>(null);
  const [objection, setObjection] = useState<string>();
  const change = useProfileChange();
  const problem = change.error instanceof ApiProblem ? change.error : null;
  const fields = problem?.fieldErrors() ?? {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const found = passwordObjection(typed);
    setObjection(found);
    if (found) return;
    change.mutate(
      {
        current_password: hasPassword ? textOf(typed, "current") : undefined,
        new_password: textOf(typed, "password"),
      },
      {
        onSuccess: () => {
          toast(hasPassword ? "Your password is changed." : "Your password is set.");
          form.current?.reset();
        },
      },
    );
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
      {hasPassword && (
        <TextField
          label="Present password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={fields.current_password}
        />
      )}
      <NewPasswordFields error={objection ?? fields.new_password} />
      {Object.keys(fields).length === 0 && <ErrorNote error={problem} />}
      <div>
        <Button look="primary" type="submit" busy={change.isPending}>
          {hasPassword ? "Change password" : "Set password"}
        </Button>
      </div>
    </form>
  );
}
