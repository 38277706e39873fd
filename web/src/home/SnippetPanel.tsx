/** The snippet in the language of one's choice, and the key that it needs. */
import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState, type KeyboardEvent } from "react";

import { portfolioChoicesQuery } from "../api/portfolio";
import { usePermission } from "../api/session";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { Snippet } from "../ui/Copy";
import { ErrorNote } from "../ui/ErrorState";
import { SelectField } from "../ui/Field";
import { LANGUAGES, newEventId, snippetOf, type Language } from "./snippets";
import { useSnippetKey, QUICKSTART } from "./useSnippetKey";

export function SnippetPanel() {
  const [language, setLanguage] = useState<Language>("curl");
  const [eventId] = useState(newEventId);
  const [secret, setSecret] = useState<string>();
  const mayMakeKeys = usePermission("keys.manage");
  const id = useId();
  const code = snippetOf(language, { origin: window.location.origin, secret, eventId });
  return (
    <div className="flex flex-col gap-3">
      <Languages id={id} current={language} onChoose={setLanguage} />
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${language}`} className="flex flex-col gap-2">
        <Snippet label={`The first event in ${language}`} code={code} />
        {language === "Python" && (
          <p className="text-small text-muted">
            It needs the client, which is the folder <code className="font-mono">sdk</code> of Outlay’s sources:{" "}
            <code className="font-mono">pip install ./sdk</code>
          </p>
        )}
      </div>
      {secret ? (
        <p role="status" className="text-small">
          The key in it is shown <strong>this once only</strong>: copy the snippet before you leave the page. You can
          revoke it under API keys.
        </p>
      ) : mayMakeKeys ? (
        <KeyMaker onMade={setSecret} />
      ) : (
        <p className="text-small text-muted">An owner or admin of the workspace can make the key that it needs.</p>
      )}
    </div>
  );
}

interface LanguagesProps {
  id: string;
  current: Language;
  onChoose: (language: Language) => void;
}

/** Tabs as a keyboard expects them: one stop, and arrows from one to the next. */
function Languages({ id, current, onChoose }: LanguagesProps) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const place = (LANGUAGES.indexOf(current) + step + LANGUAGES.length) % LANGUAGES.length;
    onChoose(LANGUAGES[place] ?? current);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[place]?.focus();
  };
  return (
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus -- the tabs inside take the focus
    <div ref={list} role="tablist" aria-label="Language" onKeyDown={move} className="flex gap-1 border-b border-line">
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          role="tab"
          id={`${id}-${language}`}
          aria-selected={language === current}
          aria-controls={`${id}-panel`}
          tabIndex={language === current ? 0 : -1}
          onClick={() => onChoose(language)}
          className={classes(
            "-mb-px flex h-(--control-height) items-center border-b-2 px-3 outline-offset-[-2px]",
            language === current
              ? "border-accent font-semibold text-text"
              : "border-transparent text-muted hover:text-text",
          )}
        >
          {language}
        </button>
      ))}
    </div>
  );
}

/** A key that can report for one agent, and do nothing else. */
function KeyMaker({ onMade }: { onMade: (secret: string) => void }) {
  const agents = useQuery(portfolioChoicesQuery("agents"));
  const [chosen, setChosen] = useState<string>();
  const creation = useSnippetKey();
  const items = agents.data?.items ?? [];
  const agent = chosen ?? items[0]?.key;
  const make = () => creation.mutate(agent, { onSuccess: ({ secret }) => onMade(secret) });
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end gap-2">
        {items.length > 1 && (
          <div className="w-full min-w-0 sm:w-56">
            <SelectField label="For the agent" value={agent} onChange={(event) => setChosen(event.target.value)}>
              {items.map((item) => (
                <option key={item.id} value={item.key}>
                  {item.name}
                </option>
              ))}
            </SelectField>
          </div>
        )}
        <Button look="primary" icon="keys" busy={creation.isPending || agents.isPending} onClick={make}>
          Create a key for this
        </Button>
      </div>
      <p className="text-small wrap-anywhere text-muted">
        {items.length > 0
          ? `It reports what ${items.find((item) => item.key === agent)?.name ?? "the agent"} spends, and can do nothing else.`
          : `A key reports for one agent. There is none yet, so one called “${QUICKSTART.name}” is added.`}
      </p>
      <ErrorNote error={creation.error} />
    </div>
  );
}
