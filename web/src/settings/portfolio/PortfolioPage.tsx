/** A list of clients, campaigns or agents: search, add, change, archive and restore. */
import { useState } from "react";

import type { PortfolioItem } from "../../api/portfolio";
import { usePermission } from "../../api/session";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { ErrorBoundary } from "../../ui/ErrorBoundary";
import { Requires } from "../../ui/NoAccess";
import { Page } from "../../ui/Page";
import { ArchiveDialog } from "./ArchiveDialog";
import { ItemDialog } from "./ItemDialog";
import type { KindWords } from "./kinds";
import { PortfolioList } from "./PortfolioList";

type Opened = { dialog: "item" | "archive"; item?: PortfolioItem } | null;

export function PortfolioPage({ words }: { words: KindWords }) {
  const [opened, setOpened] = useState<Opened>(null);
  const mayManage = usePermission("portfolio.manage");
  const close = () => setOpened(null);
  const add = () => setOpened({ dialog: "item" });
  return (
    <Requires permission="portfolio.read" title={words.title}>
      <Page
        title={words.title}
        help={words.help}
        actions={
          mayManage && (
            <Button look="primary" icon="plus" onClick={add}>
              Add {words.one}
            </Button>
          )
        }
      >
        <Card className="!p-0">
          <ErrorBoundary what={words.title}>
            <PortfolioList
              words={words}
              onAdd={mayManage ? add : undefined}
              onEdit={mayManage ? (item) => setOpened({ dialog: "item", item }) : undefined}
              onArchive={mayManage ? (item) => setOpened({ dialog: "archive", item }) : undefined}
            />
          </ErrorBoundary>
        </Card>
      </Page>
      {opened?.dialog === "item" && <ItemDialog words={words} item={opened.item} onClose={close} />}
      {opened?.dialog === "archive" && opened.item && (
        <ArchiveDialog words={words} item={opened.item} onClose={close} />
      )}
    </Requires>
  );
}
