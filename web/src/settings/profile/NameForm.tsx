/** The person's own name. */
import { useState, type FormEvent } from "react";

import { ApiProblem } from "../../api/problem";
import { useProfileChange } from "../../api/session";
import { Button } from "../../ui/Button";
import { ErrorNote } from "../../ui/ErrorState";
import { TextField } from "../../ui/Field";
import { toast } from "../../ui/Toast";

export function NameForm({ name }: { name: string }) {
  const [typed, setTyped] = useState(name);
  const change = useProfileChange();
  const problem = change.error instanceof ApiProblem ? change.error : null;
  const fields = problem?.fieldErrors() ?? {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate({ name: typed.trim() }, { onSuccess: () => toast("Your name is saved.") });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label="Name"
        name="name"
        autoComplete="name"
        required
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={fields.name}
      />
      {!fields.name && <ErrorNote error={problem} />}
      <div>
        <Button look="primary" type="submit" disabled={typed.trim() === name} busy={change.isPending}>
          Save name
        </Button>
      </div>
    </form>
  );
}
