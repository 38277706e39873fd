/** Narrows a list of the price book to one service. */
import { useQuery } from "@tanstack/react-query";

import { pricedServicesQuery } from "../api/prices";
import { usePriceSearch } from "./usePriceSearch";

export function ServiceFilter({ list }: { list: "categories" | "overrides" }) {
  const { search, change } = usePriceSearch();
  const { data: known = [] } = useQuery(pricedServicesQuery(list));
  const chosen = search.service;
  const offered = chosen && !known.includes(chosen) ? [chosen, ...known] : known;
  return (
    <select
      aria-label="Service"
      value={chosen ?? ""}
      onChange={(event) => change({ service: event.target.value || undefined })}
      className="control-box max-w-full min-w-0 px-2"
    >
      <option value="">All services</option>
      {offered.map((service) => (
        <option key={service} value={service}>
          {service}
        </option>
      ))}
    </select>
  );
}
