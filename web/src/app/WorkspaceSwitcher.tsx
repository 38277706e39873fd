/** The name of the workspace; for people in several, the switch between them. */
import { useNavigate } from "@tanstack/react-router";

import { useMe, useWorkspaceSwitch } from "../api/session";
import { asProblem } from "../api/problem";
import { Icon } from "../ui/icons";
import { Menu, MenuChoice } from "../ui/Menu";
import { toast } from "../ui/Toast";

export function WorkspaceSwitcher() {
  const { workspace, workspaces = [] } = useMe();
  const navigate = useNavigate();
  const change = useWorkspaceSwitch();
  if (workspaces.length < 2) {
    return <span className="min-w-0 truncate font-semibold">{workspace.name}</span>;
  }
  const switchTo = (id: string) => {
    if (id === workspace.id) return;
    change.mutate(id, {
      onSuccess: (me) => {
        toast(`You are now in ${me.workspace.name}.`);
        // The filters name clients of the workspace that was left.
        void navigate({ to: "/", search: { client: undefined, campaign: undefined, agent: undefined } });
      },
      onError: (error) => toast(asProblem(error).message),
    });
  };
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Workspace ${workspace.name}, switch`}
          className="inline-flex h-(--control-height) min-w-0 items-center gap-1 rounded-control px-2 font-semibold hover:bg-surface-2"
        >
          <span className="truncate">{workspace.name}</span>
          <Icon name="chevronDown" size={16} className="shrink-0 text-muted" />
        </button>
      }
    >
      <MenuChoice
        label="Workspaces"
        value={workspace.id}
        options={workspaces.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={switchTo}
      />
    </Menu>
  );
}
