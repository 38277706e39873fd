/** How many events there were today, and the ways to those that failed or have no price. */
import { countMeasure, StatCard } from "../charts";
import { stringifySearch } from "../filters/filters";
import { formatCount } from "../format";
import { Follow } from "./links";
import type { Spend } from "./spend";
import { Tinted } from "./Tinted";
import { useScene } from "./useScene";

const LABEL = "Events today";

export function EventsToday({ total }: { total: Spend["total"] | undefined }) {
  const { locale } = useScene();
  const measure = countMeasure({ locale, name: "Events", noun: "events" });
  if (!total) return <StatCard label={LABEL} value={null} measure={measure} locale={locale} isLoading />;
  return (
    <div className="card stat" role="group" aria-label={LABEL}>
      <div className="stat-body">
        <span className="stat-label">{LABEL}</span>
        <Tinted text={formatCount(total.events, { locale })} className="stat-value" />
        <span className="stat-delta">
          <Troubles total={total} />
        </span>
      </div>
    </div>
  );
}

function Troubles({ total: { events, failed, unpriced } }: { total: Spend["total"] }) {
  const { client, locale } = useScene();
  const href = (only: object) => `/events${stringifySearch({ range: "today", client, ...only })}`;
  if (events === 0) return "none so far";
  if (failed + unpriced === 0) return "none failed, all priced";
  return (
    <>
      {failed > 0 ? (
        <Follow href={href({ failed: true })}>{formatCount(failed, { locale })} failed</Follow>
      ) : (
        "none failed"
      )}
      {" · "}
      {unpriced > 0 ? (
        <Follow href={href({ unpriced: true })}>{formatCount(unpriced, { locale })} unpriced</Follow>
      ) : (
        "all priced"
      )}
    </>
  );
}
