/** The home page: what there is, what to do first, and what happened last, all of it live. */
import { lazy, Suspense, useState } from "react";

import { useMe } from "../api/session";
import type { Permission } from "../api/types";
import { Page } from "../ui/Page";
import { dayIn } from "../filters/range";
import { formatDay } from "../format";
import { Skeleton } from "../ui/Skeleton";
import { useNow, useTimeOptions } from "../ui/Time";
import { Checklist, useSteps } from "./Checklist";
import { ClientsAtAGlance } from "./ClientsAtAGlance";
import { CountCards } from "./CountCards";
import { FirstEvent, useAnyEvent } from "./FirstEvent";
import { LatestChanges } from "./LatestChanges";

const Overview = lazy(() => import("../overview/Overview"));

export default function HomePage() {
  const { workspace } = useMe();
  return (
    <Page title={useGreeting()} help={useToday()}>
      <Contents key={workspace.id} />
    </Page>
  );
}

/** The first steps while nothing was spent, and the overview from then on. */
function Contents() {
  const { permissions } = useMe();
  const may = (permission: Permission) => permissions.includes(permission);
  const { hasEvents, isUnknown, beganEmpty } = useBeginning(may("spend.read"));
  if (isUnknown) return <OverviewSkeleton />;
  return (
    <>
      {beganEmpty && <BeforeTheFirstEvent may={may} />}
      {hasEvents && (
        <Suspense fallback={<OverviewSkeleton />}>
          <Overview />
        </Suspense>
      )}
      {!beganEmpty && <Besides may={may} />}
    </>
  );
}

/** Whoever saw the first event arrive keeps what they saw, since a key's secret may be shown in it. */
function useBeginning(mayRead: boolean) {
  const latest = useAnyEvent(mayRead);
  const isEmpty = !mayRead || (latest.data === null && !latest.isFetching);
  const [beganEmpty, setBeganEmpty] = useState(isEmpty);
  if (isEmpty && !beganEmpty) setBeganEmpty(true);
  // Where nobody could be asked, the overview's own parts say so, each with a way to try again.
  const hasEvents = Boolean(latest.data) || latest.isError;
  return { hasEvents, isUnknown: !hasEvents && !isEmpty && !beganEmpty, beganEmpty };
}

type May = (permission: Permission) => boolean;

function BeforeTheFirstEvent({ may }: { may: May }) {
  return (
    <>
      <CountCards />
      {may("keys.manage") ? (
        <FirstSteps mayAudit={may("audit.read")} />
      ) : (
        <>
          {may("spend.write") && <FirstEvent />}
          {may("portfolio.read") && <ClientsAtAGlance />}
          {may("audit.read") && <LatestChanges />}
        </>
      )}
    </>
  );
}

/** What the overview leaves to do, and what happened beside the costs. */
function Besides({ may }: { may: May }) {
  if (may("keys.manage")) return <RemainingSteps mayAudit={may("audit.read")} />;
  return may("audit.read") && <LatestChanges />;
}

function RemainingSteps({ mayAudit }: { mayAudit: boolean }) {
  const progress = useSteps();
  const isReady = !progress.isLoading && progress.done === progress.steps.length;
  return (
    <div className="grid grid-cols-1 items-start gap-3 sm:gap-4 lg:grid-cols-12 [&>*]:min-w-0">
      {!isReady && <Checklist progress={progress} className="lg:col-span-5" />}
      {mayAudit && <LatestChanges className={isReady ? "lg:col-span-12" : "lg:col-span-7"} />}
    </div>
  );
}

function OverviewSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
        {Array.from({ length: 4 }, (_, card) => (
          <Skeleton key={card} className="h-29 rounded-card" />
        ))}
      </div>
      <Skeleton className="h-112 w-full rounded-card" />
    </div>
  );
}

/** Until everything is in place the checklist leads; afterwards it makes room for what happens. */
function FirstSteps({ mayAudit }: { mayAudit: boolean }) {
  const progress = useSteps();
  const isReady = !progress.isLoading && progress.done === progress.steps.length;
  return (
    <div className="grid grid-cols-1 items-start gap-3 sm:gap-4 lg:grid-cols-12 [&>*]:min-w-0">
      {!isReady && <Checklist progress={progress} className="lg:col-span-5" />}
      {/* It keeps its place whatever else is there, since a key's secret may be shown in it. */}
      <FirstEvent className={isReady ? "lg:col-span-5" : "lg:col-span-7"} />
      {mayAudit && <LatestChanges className={isReady ? "lg:col-span-7" : "lg:col-span-12"} />}
    </div>
  );
}

function useToday(): string {
  const { locale, timeZone } = useTimeOptions();
  const { workspace } = useMe();
  const today = formatDay(dayIn(timeZone, useNow()), { locale, weekday: true, year: true });
  return `${workspace.name} · ${today}`;
}

function useGreeting(): string {
  const { user } = useMe();
  const { timeZone } = useTimeOptions();
  const hour = Number(new Intl.DateTimeFormat("en", { timeZone, hour: "numeric", hourCycle: "h23" }).format(useNow()));
  const part = hour < 5 || hour >= 18 ? "evening" : hour < 12 ? "morning" : "afternoon";
  const firstName = user?.name.trim().split(/\s+/)[0];
  return firstName ? `Good ${part}, ${firstName}` : `Good ${part}`;
}
