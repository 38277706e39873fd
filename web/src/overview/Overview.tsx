/** The live overview: today and the month at a glance, then who and what they went to. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { useMe } from "../api/session";
import { RangeNote, RangePicker } from "../filters/RangePicker";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { CostChart } from "./CostChart";
import { Figures } from "./Figures";
import { LatestEvents } from "./LatestEvents";
import { explorerHref } from "./links";
import { grainOf } from "./periods";
import { chartQuery, NOW, PERIOD } from "./queries";
import { slotsOf } from "./slots";
import { TopList } from "./TopList";
import { useScene } from "./useScene";
import { useTicks } from "./useTicks";

const GRID = "grid grid-cols-1 gap-3 sm:gap-4 lg:grid-cols-12 [&>*]:min-w-0";

export default function Overview() {
  useTicks();
  const { client, days, today, filters } = useScene();
  const grain = grainOf(days);
  const inPeriod = useQuery(chartQuery(PERIOD, client, days, grain));
  const ofToday = useQuery(chartQuery(NOW, client, { first: today, last: today }, "hour"));
  const [named, namedToday] = [inPeriod.data?.named, ofToday.data?.named];
  // Both charts give a service the same colour.
  const slots = useMemo(() => slotsOf([...(named ?? []), ...(namedToday ?? [])]), [named, namedToday]);
  const { range, from, to } = filters;
  return (
    <>
      <ErrorBoundary what="The figures">
        <Figures />
      </ErrorBoundary>
      <div className={GRID}>
        <CostChart
          title="Today by the hour"
          query={ofToday}
          slots={slots}
          height={320}
          when="so far today"
          link={explorerHref({ range: "today", client, group_by: "service", grain: "hour" })}
          className="min-h-112 lg:col-span-7"
        />
        <LatestEvents className="lg:col-span-5" />
      </div>
      <section aria-label="Costs of a period" className="flex flex-col gap-3 sm:gap-4">
        <div className="flex flex-wrap items-center gap-2">
          <RangePicker />
          <RangeNote />
        </div>
        <CostChart
          title={`Costs by ${grain} and service`}
          query={inPeriod}
          slots={slots}
          height={280}
          when="in this period"
          link={explorerHref({ range, from, to, client, group_by: "service", grain })}
          className="min-h-100"
        />
        <TopLists slots={slots} />
      </section>
    </>
  );
}

/** Who sees one client only has no clients to rank. */
function TopLists({ slots }: { slots: ReturnType<typeof slotsOf> }) {
  const isOfOneClient = Boolean(useMe().client);
  const width = isOfOneClient ? "lg:col-span-6" : "lg:col-span-4";
  return (
    <div className={`${GRID} [&>*]:min-h-88`}>
      {!isOfOneClient && <TopList dimension="client" className={width} />}
      <TopList dimension="agent" className={width} />
      <TopList dimension="service" slots={slots} className={width} />
    </div>
  );
}
