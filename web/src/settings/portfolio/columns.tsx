/** The columns of the portfolio's tables. */
import type { PortfolioItem } from "../../api/portfolio";
import { agentTypeName } from "../../api/words";
import { IconButton } from "../../ui/Button";
import { Badge } from "../../ui/Chip";
import type { Column } from "../../ui/DataTable";
import { Menu, MenuItem } from "../../ui/Menu";
import { Time } from "../../ui/Time";
import type { KindWords } from "./kinds";

interface Actions {
  onEdit?: (item: PortfolioItem) => void;
  onArchive?: (item: PortfolioItem) => void;
}

export function portfolioColumns(words: KindWords, actions: Actions): Column<PortfolioItem>[] {
  const columns: Column<PortfolioItem>[] = [
    {
      id: "name",
      header: "Name",
      sortBy: (item) => item.name,
      cell: (item) => (
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-semibold wrap-anywhere">{item.name}</span>
          {item.archived_at && <Badge>Archived</Badge>}
        </span>
      ),
    },
    {
      id: "key",
      header: "Key",
      sortBy: (item) => item.key,
      phone: true,
      cell: (item) => <code className="font-mono text-code break-all text-muted">{item.key}</code>,
    },
  ];
  if (words.client !== "none") {
    columns.push({
      id: "client",
      header: "Client",
      sortBy: (item) => item.client?.name ?? "",
      phone: true,
      cell: (item) => item.client?.name ?? <span className="text-muted">—</span>,
    });
  }
  if (words.kind === "agents") {
    columns.push({
      id: "type",
      header: "Type",
      sortBy: (item) => item.agent_type ?? "",
      phone: true,
      cell: (item) => (item.agent_type ? agentTypeName(item.agent_type) : <span className="text-muted">—</span>),
    });
  }
  columns.push({
    id: "created",
    header: "Added",
    sortBy: (item) => Date.parse(item.created_at),
    cell: (item) => (
      <span className="text-muted">
        <Time at={item.created_at} relative />
      </span>
    ),
  });
  if (actions.onEdit) columns.push(actionsColumn(words, actions));
  return columns;
}

function actionsColumn(words: KindWords, { onEdit, onArchive }: Actions): Column<PortfolioItem> {
  return {
    id: "actions",
    header: "Actions",
    quietHeader: true,
    align: "right",
    cell: (item) => (
      <Menu trigger={<IconButton icon="more" label={`Actions for ${item.name}`} />}>
        <MenuItem icon="edit" onSelect={() => onEdit?.(item)}>
          Edit {words.one}
        </MenuItem>
        <MenuItem icon="archive" onSelect={() => onArchive?.(item)}>
          {item.archived_at ? "Restore" : "Archive…"}
        </MenuItem>
      </Menu>
    ),
  };
}
