/** The person's own name and e-mail address. */
import { useState, type FormEvent } from "react";

import { ApiProblem } from "../../api/problem";
import { useProfileChange } from "../../api/session";
import type { Me } from "../../api/types";
import { Button } from "../../ui/Button";
import { ErrorNote } from "../../ui/ErrorState";
import { TextField } from "../../ui/Field";
import { textOf } from "../../ui/form";
import { toast } from "../../ui/Toast";

export function IdentityForm({ user }: { user: NonNullable<Me["user"]> }) {
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const change = useProfileChange();
  const problem = change.error instanceof ApiProblem ? change.error : null;
  const fields = problem?.fieldErrors() ?? {};
  const isOtherAddress = email.trim() !== user.email;
  const isChanged = isOtherAddress || name.trim() !== user.name;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const proof = textOf(new FormData(event.currentTarget), "current") || undefined;
    change.mutate(
      { name: name.trim(), ...(isOtherAddress ? { email: email.trim(), current_password: proof } : {}) },
      { onSuccess: () => toast("Your profile is saved.") },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label="Name"
        name="name"
        autoComplete="name"
        required
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fields.name}
      />
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={fields.email}
      />
      {isOtherAddress && user.has_password && (
        <TextField
          label="Present password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          help="The address is how you sign in, so changing it needs your password."
          error={fields.current_password}
        />
      )}
      {Object.keys(fields).length === 0 && <ErrorNote error={problem} />}
      <div>
        <Button look="primary" type="submit" disabled={!isChanged} busy={change.isPending}>
          Save profile
        </Button>
      </div>
    </form>
  );
}
