/** The workspace itself: its name, the time zone that decides its days, and its currency. */
import { useState, type FormEvent } from "react";

import { useWorkspaceChange } from "../../api/people";
import { ApiProblem } from "../../api/problem";
import { useMe } from "../../api/session";
import type { Workspace } from "../../api/types";
import { roleName } from "../../api/words";
import { Button } from "../../ui/Button";
import { Widget } from "../../ui/Card";
import { Combobox } from "../../ui/Combobox";
import { ErrorNote } from "../../ui/ErrorState";
import { TextField } from "../../ui/Field";
import { Page } from "../../ui/Page";
import { Time, useNow } from "../../ui/Time";
import { toast } from "../../ui/Toast";
import { currencyOptions, zoneOptions } from "./choices";

export default function WorkspacePage() {
  const { workspace, permissions, role } = useMe();
  const mayManage = permissions.includes("workspace.manage");
  return (
    <Page title="Workspace" help="What everybody in this workspace shares.">
      <div className="max-w-2xl">
        <Widget
          title="General"
          help={mayManage ? undefined : `As ${roleName(role)} you can read this; owners and admins change it.`}
        >
          {/* Another person's change starts the form afresh with what is now true. */}
          <WorkspaceForm
            key={`${workspace.id} ${workspace.name} ${workspace.time_zone} ${workspace.currency}`}
            workspace={workspace}
            mayManage={mayManage}
          />
        </Widget>
      </div>
    </Page>
  );
}

function WorkspaceForm({ workspace, mayManage }: { workspace: Workspace; mayManage: boolean }) {
  const [name, setName] = useState(workspace.name);
  const [timeZone, setTimeZone] = useState(workspace.time_zone);
  const [currency, setCurrency] = useState(workspace.currency);
  const change = useWorkspaceChange();
  const now = useNow();
  const isChanged = name !== workspace.name || timeZone !== workspace.time_zone || currency !== workspace.currency;
  const fields = change.error instanceof ApiProblem ? change.error.fieldErrors() : {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate(
      { name: name.trim(), time_zone: timeZone, currency },
      { onSuccess: () => toast("The workspace is saved.") },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label="Name"
        name="name"
        required
        maxLength={120}
        disabled={!mayManage}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fields.name}
      />
      <Combobox
        label="Time zone"
        help="Decides when a day, a week and a month begin. The time beside it is the time there now."
        value={timeZone}
        options={zoneOptions(workspace.time_zone, now, navigator.language)}
        disabled={!mayManage}
        onChange={setTimeZone}
      />
      <Combobox
        label="Currency"
        help="Totals and budgets are kept in it; the original amounts stay recorded."
        value={currency}
        options={currencyOptions(workspace.currency, navigator.language)}
        disabled={!mayManage}
        onChange={setCurrency}
      />
      <p className="text-small text-muted">
        Created <Time at={workspace.created_at} />
      </p>
      <ErrorNote error={change.error} />
      {mayManage && (
        <div>
          <Button look="primary" type="submit" disabled={!isChanged} busy={change.isPending}>
            Save changes
          </Button>
        </div>
      )}
    </form>
  );
}
