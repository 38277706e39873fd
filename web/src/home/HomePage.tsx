/** The home page: what there is, what to do first, and what happened last, all of it live. */
import { useMe } from "../api/session";
import type { Permission } from "../api/types";
import { Page } from "../ui/Page";
import { dayIn } from "../filters/range";
import { formatDay } from "../format";
import { useNow, useTimeOptions } from "../ui/Time";
import { Checklist, useSteps } from "./Checklist";
import { ClientsAtAGlance } from "./ClientsAtAGlance";
import { CountCards } from "./CountCards";
import { FirstCall } from "./FirstCall";
import { LatestChanges } from "./LatestChanges";

export default function HomePage() {
  const { permissions } = useMe();
  const may = (permission: Permission) => permissions.includes(permission);
  return (
    <Page title={useGreeting()} help={useToday()}>
      <CountCards />
      {may("keys.manage") ? (
        <FirstSteps mayAudit={may("audit.read")} />
      ) : (
        <>
          {may("portfolio.read") && <ClientsAtAGlance />}
          {may("audit.read") && <LatestChanges />}
        </>
      )}
    </Page>
  );
}

/** Until everything is in place the checklist leads; afterwards it makes room for what happens. */
function FirstSteps({ mayAudit }: { mayAudit: boolean }) {
  const progress = useSteps();
  const isReady = !progress.isLoading && progress.done === progress.steps.length;
  return (
    <div className="grid grid-cols-1 items-start gap-3 sm:gap-4 lg:grid-cols-12 [&>*]:min-w-0">
      {isReady ? (
        <>
          {mayAudit && <LatestChanges className="lg:col-span-7" />}
          <FirstCall className="lg:col-span-5" />
        </>
      ) : (
        <>
          <Checklist progress={progress} className="lg:col-span-5" />
          <FirstCall className="lg:col-span-7" />
          {mayAudit && <LatestChanges className="lg:col-span-12" />}
        </>
      )}
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
