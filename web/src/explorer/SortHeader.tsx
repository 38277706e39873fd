/** The head of a column: pressing it sorts the whole answer, not only what of it is on the page. */
import { classes } from "../ui/classes";
import { Icon } from "../ui/icons";
import type { GroupColumn } from "./columns";
import { useExplorer } from "./useExplorer";

export function SortHeader({ column }: { column: GroupColumn }) {
  const { question, change } = useExplorer();
  const { sortName } = column;
  const isDescending = question.sort === `-${sortName}`;
  const isSorted = sortName !== undefined && (isDescending || question.sort === sortName);
  // Names are read from A on, figures from the largest on.
  const first = column.align === "right" ? `-${sortName}` : sortName;
  const other = first === sortName ? `-${sortName}` : sortName;
  const order = !isSorted ? "none" : isDescending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      aria-sort={sortName ? order : undefined}
      className={classes(
        "h-10 px-3 text-left text-small font-semibold whitespace-nowrap text-muted first:sm:pl-4 last:sm:pr-4",
        column.align === "right" && "!text-right",
      )}
    >
      {sortName ? (
        <button
          type="button"
          onClick={() => change({ sort: isSorted && question.sort === first ? other : first })}
          className={classes(
            "inline-flex h-8 items-center gap-1 hover:text-text coarse:h-11",
            // The arrow stands inside, so that the heading ends where its figures do.
            column.align === "right" && "flex-row-reverse",
          )}
        >
          {column.header}
          <Icon
            name="chevronDown"
            size={14}
            className={classes(!isSorted && "opacity-0", order === "ascending" && "rotate-180")}
          />
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}
