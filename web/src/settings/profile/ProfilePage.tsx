/** What belongs to the person alone: the name, the password, and where they are signed in. */
import { useMe } from "../../api/session";
import { roleName } from "../../api/words";
import { Widget } from "../../ui/Card";
import { Page } from "../../ui/Page";
import { NameForm } from "./NameForm";
import { PasswordForm } from "./PasswordForm";
import { SessionList } from "./SessionList";

export default function ProfilePage() {
  const { user, role, workspace } = useMe();
  return (
    <Page title="Your profile" help={`${user?.email ?? ""} · ${roleName(role)} in ${workspace.name}`}>
      <div className="grid grid-cols-1 items-start gap-3 sm:gap-4 lg:grid-cols-2 [&>*]:min-w-0">
        <Widget title="Name" help="How colleagues see you.">
          <NameForm key={user?.name} name={user?.name ?? ""} />
        </Widget>
        <Widget title="Password" help="Changing it signs you out everywhere else.">
          <PasswordForm />
        </Widget>
      </div>
      <Widget
        title="Where you are signed in"
        help="End what you do not recognise, and change your password then."
        flush
      >
        <SessionList />
      </Widget>
    </Page>
  );
}
