/** What is shown when an address leads nowhere or a whole page fails. */
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";

import { buttonLook } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty } from "../ui/Empty";
import { ErrorState } from "../ui/ErrorState";
import { Page } from "../ui/Page";

/** Inside the shell, for people who are signed in. */
export function UnknownPage() {
  return (
    <div className="mx-auto w-full max-w-2xl">
      <Page title="Page not found">
        <Card>
          <Empty
            icon="search"
            title="Nothing lives at this address"
            action={
              <Link to="/" className={buttonLook("primary")}>
                Go to the home page
              </Link>
            }
          >
            The link may be old or mistyped. Nothing is broken and nothing was lost.
          </Empty>
        </Card>
      </Page>
    </div>
  );
}

export function NotFound() {
  return (
    <main className="p-4">
      <UnknownPage />
    </main>
  );
}

export function PageFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className="mx-auto w-full max-w-2xl p-4">
      <Page title="Something failed">
        <Card>
          <ErrorState what="This page" error={error} onRetry={retry} isWholePage />
        </Card>
      </Page>
    </div>
  );
}
