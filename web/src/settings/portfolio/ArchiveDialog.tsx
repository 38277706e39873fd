/** Archiving asks first, restoring too: both change what others see. */
import { usePortfolioSave, type PortfolioItem } from "../../api/portfolio";
import { Button } from "../../ui/Button";
import { Dialog, DialogActions } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorState";
import { toast } from "../../ui/Toast";
import type { KindWords } from "./kinds";

interface ArchiveDialogProps {
  words: KindWords;
  item: PortfolioItem;
  onClose: () => void;
}

export function ArchiveDialog({ words, item, onClose }: ArchiveDialogProps) {
  const save = usePortfolioSave(words.kind);
  const isArchived = item.archived_at !== null;
  const confirm = () =>
    save.mutate(
      { id: item.id, body: { archived: !isArchived } },
      {
        onSuccess: () => {
          toast(`${item.name} is ${isArchived ? "restored" : "archived"}.`);
          onClose();
        },
      },
    );
  return (
    <Dialog title={`${isArchived ? "Restore" : "Archive"} ${item.name}?`} onClose={onClose}>
      <p className="text-muted">
        {isArchived
          ? `The ${words.one} appears in lists and choices again.`
          : `The ${words.one} leaves all lists and choices. Its history and its spend stay, and it can be restored.`}
      </p>
      <ErrorNote error={save.error} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" busy={save.isPending} onClick={confirm}>
          {isArchived ? "Restore" : "Archive"}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
