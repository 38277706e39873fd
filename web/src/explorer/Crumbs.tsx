/** The way that led here, each step of it a way back. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { Icon } from "../ui/icons";
import { isPortfolio, manyOf, oneOf, capital, type Dimension } from "./dimensions";
import { crumbsOf, type Crumb } from "./drill";
import { valuesQuery } from "./queries";
import { useExplorer } from "./useExplorer";

export function Crumbs() {
  const { whole, question } = useExplorer();
  const crumbs = crumbsOf(whole);
  if (crumbs.length === 0) return null;
  return (
    <nav aria-label="Way here" className="min-w-0">
      <ol className="flex flex-wrap items-center gap-x-1 gap-y-1">
        {crumbs.map((crumb, index) => {
          const isHere = index === crumbs.length - 1;
          return (
            <li key={index} className="flex max-w-full min-w-0 items-center gap-1">
              {index > 0 && <Icon name="chevronRight" size={14} className="shrink-0 text-muted" />}
              {isHere ? (
                <span aria-current="page" className="flex min-h-6 min-w-0 items-center gap-2 font-semibold">
                  <CrumbName crumb={crumb} />
                </span>
              ) : (
                <Link to="/explorer" search={crumb.to} resetScroll={false} className="link-alone min-w-0 truncate">
                  <CrumbName crumb={crumb} />
                </Link>
              )}
            </li>
          );
        })}
        <li className="text-muted">by {question.grouping.map(oneOf).join(" and ")}</li>
      </ol>
    </nav>
  );
}

function CrumbName({ crumb: { place, grouping } }: { crumb: Crumb }) {
  if (!place) return <>All {manyOf(grouping[0] as Dimension)}</>;
  if (place.value === null) return <>No {oneOf(place.dimension)}</>;
  return isPortfolio(place.dimension) ? <KeyName dimension={place.dimension} value={place.value} /> : place.value;
}

/** An address holds keys; people read names. */
function KeyName({ dimension, value }: { dimension: Dimension; value: string }) {
  const known = useQuery({ ...valuesQuery(dimension, value), staleTime: 300_000 });
  return <>{known.data?.items.find((each) => each.value === value)?.name ?? capital(value)}</>;
}
