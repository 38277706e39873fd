/** Adding or changing a client, a campaign or an agent. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { portfolioChoicesQuery, usePortfolioSave, type PortfolioBody, type PortfolioItem } from "../../api/portfolio";
import { ApiProblem } from "../../api/problem";
import type { AgentType } from "../../api/types";
import { AGENT_TYPES, agentTypeName } from "../../api/words";
import { Button } from "../../ui/Button";
import { Dialog, DialogActions } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorState";
import { SelectField, TextField } from "../../ui/Field";
import { toast } from "../../ui/Toast";
import type { KindWords } from "./kinds";
import { suggestKey } from "./suggestKey";
import { textOf } from "../../ui/form";

interface ItemDialogProps {
  words: KindWords;
  /** Absent for a new one. */
  item?: PortfolioItem;
  onClose: () => void;
}

function readBody(form: FormData, words: KindWords): PortfolioBody {
  const text = (name: string) => textOf(form, name).trim();
  const body: PortfolioBody = { name: text("name") };
  if (text("key")) body.key = text("key");
  if (words.client === "required") body.client = text("client");
  if (words.client === "optional") body.client = text("client") || null;
  if (words.kind === "agents") body.agent_type = (text("agent_type") as AgentType) || null;
  return body;
}

export function ItemDialog({ words, item, onClose }: ItemDialogProps) {
  const save = usePortfolioSave(words.kind);
  const [name, setName] = useState(item?.name ?? "");
  const fields = save.error instanceof ApiProblem ? save.error.fieldErrors() : {};
  const keyError =
    fields.key ??
    (save.error instanceof ApiProblem && save.error.code === "key_taken" ? save.error.message : undefined);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(
      { id: item?.id, body: readBody(new FormData(event.currentTarget), words) },
      {
        onSuccess: (saved) => {
          toast(`${saved.name} is ${item ? "saved" : "added"}.`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={item ? `Edit ${item.name}` : `Add ${words.one}`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={fields.name}
        />
        <TextField
          label="Key"
          name="key"
          pattern="[a-z0-9][a-z0-9_.\-]{0,63}"
          defaultValue={item?.key}
          placeholder={suggestKey(name)}
          help="How your software names it. Small letters, digits, dot, dash and underscore; made from the name when left empty."
          error={keyError}
          className="font-mono"
        />
        {words.client !== "none" && (
          <ClientField item={item} isRequired={words.client === "required"} error={fields.client} />
        )}
        {words.kind === "agents" && (
          <SelectField label="Type" name="agent_type" defaultValue={item?.agent_type ?? ""} error={fields.agent_type}>
            <option value="">No type</option>
            {AGENT_TYPES.map((type) => (
              <option key={type} value={type}>
                {agentTypeName(type)}
              </option>
            ))}
          </SelectField>
        )}
        {!keyError && <ErrorNote error={save.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={save.isPending}>
            {item ? "Save" : `Add ${words.one}`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface ClientFieldProps {
  item?: PortfolioItem;
  isRequired: boolean;
  error?: string;
}

function ClientField({ item, isRequired, error }: ClientFieldProps) {
  const clients = useQuery(portfolioChoicesQuery("clients"));
  const choices = clients.data?.items ?? [];
  const current = item?.client;
  const isListed = !current || choices.some(({ id }) => id === current.id);
  return (
    <SelectField
      // The chosen value can only be shown once its option is there.
      key={clients.isSuccess ? "loaded" : "loading"}
      label="Client"
      name="client"
      required={isRequired}
      defaultValue={current?.key ?? ""}
      error={error}
      help={clients.isSuccess && choices.length === 0 && isRequired ? "Add a client first." : undefined}
    >
      <option value="">{isRequired ? "Choose a client" : "No client"}</option>
      {!isListed && <option value={current.key}>{current.name}</option>}
      {choices.map((client) => (
        <option key={client.id} value={client.key}>
          {client.name}
        </option>
      ))}
    </SelectField>
  );
}
