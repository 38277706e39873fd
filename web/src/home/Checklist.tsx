/** The first steps, each ticked by what the workspace holds, as soon as it holds it. */
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { invitationsQuery, keysQuery, usersQuery } from "../api/people";
import { portfolioCountQuery } from "../api/portfolio";
import { useMe } from "../api/session";
import type { PagePath } from "../app/pages";
import { Widget } from "../ui/Card";
import { classes } from "../ui/classes";
import { ErrorState } from "../ui/ErrorState";
import { Icon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import { FIRST_EVENT, useAnyEvent } from "./FirstEvent";

interface Step {
  title: string;
  help: string;
  to: PagePath;
  /** The part of the page that it is about. */
  hash?: string;
  isDone: boolean;
}

/** The steps and how far the workspace has come. */
export function useSteps() {
  const { user } = useMe();
  const latest = useAnyEvent();
  const results = useQueries({
    queries: [portfolioCountQuery("clients"), portfolioCountQuery("agents"), keysQuery, usersQuery, invitationsQuery],
  });
  const [clients, agents, keys, users, invitations] = results;
  const steps: Step[] = [
    {
      title: "Set a password",
      help: "So that you can come back without a link.",
      to: "/settings/profile",
      isDone: user?.has_password ?? true,
    },
    {
      title: "Send the first event",
      help: "The lines beside this list are ready to paste, key and all.",
      to: "/",
      hash: FIRST_EVENT,
      isDone: Boolean(latest.data),
    },
    {
      title: "Add a client",
      help: "Whom you work for; spend is counted for each.",
      to: "/settings/clients",
      isDone: (clients.data?.value ?? 0) > 0,
    },
    {
      title: "Add an agent",
      help: "Who spends: an AI agent, a bot, or a person’s account.",
      to: "/settings/agents",
      isDone: (agents.data?.value ?? 0) > 0,
    },
    {
      title: "Create an API key",
      help: "With it your software reports what it spends.",
      to: "/settings/keys",
      isDone: (keys.data?.items.length ?? 0) > 0,
    },
    {
      title: "Invite a colleague",
      help: "Managers plan budgets, viewers look, portals see one client.",
      to: "/settings/users",
      isDone:
        (users.data?.items.some(({ id }) => id !== user?.id) ?? false) || (invitations.data?.items.length ?? 0) > 0,
    },
  ];
  const done = steps.filter((step) => step.isDone).length;
  return {
    steps,
    done,
    failed: [latest, ...results].find((result) => result.isError),
    isLoading: latest.isPending || results.some((each) => each.isPending),
  };
}

interface ChecklistProps {
  progress: ReturnType<typeof useSteps>;
  className?: string;
}

export function Checklist({ progress, className }: ChecklistProps) {
  const { steps, done, failed, isLoading } = progress;
  const help = done === steps.length ? "All set: everything is in place." : `${done} of ${steps.length} done`;
  return (
    <Widget title="Getting started" help={isLoading ? " " : help} className={className} flush>
      {failed && (
        <div className="px-3 sm:px-4">
          <ErrorState what="A part of this list" error={failed.error} onRetry={() => void failed.refetch()} />
        </div>
      )}
      <ol className="flex flex-col pb-2">
        {steps.map((step) => (
          <li key={step.title}>{isLoading ? <Skeleton className="mx-4 my-3 h-8" /> : <StepLine step={step} />}</li>
        ))}
      </ol>
    </Widget>
  );
}

function StepLine({ step }: { step: Step }) {
  return (
    <Link
      to={step.to}
      hash={step.hash}
      className="mx-1 flex items-center gap-3 rounded-control px-2 py-2 text-text no-underline hover:bg-surface-2 sm:px-3"
    >
      <span
        className={classes(
          "flex size-6 shrink-0 items-center justify-center rounded-full border",
          step.isDone ? "border-ok text-ok" : "border-control text-transparent",
        )}
      >
        <Icon name="check" size={14} />
      </span>
      <span className="min-w-0 grow">
        <span className={classes("block font-medium", step.isDone && "text-muted")}>
          {step.title}
          <span className="sr-only">{step.isDone ? ", done" : ", to do"}</span>
        </span>
        <span className="block text-small text-muted">{step.help}</span>
      </span>
      {!step.isDone && <Icon name="chevronRight" size={16} className="shrink-0 text-muted" />}
    </Link>
  );
}
