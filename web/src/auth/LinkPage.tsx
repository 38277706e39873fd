/** The landing of a single-use sign-in link: it signs in by itself. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { useLinkSignIn } from "../api/session";
import { SkeletonPage } from "../ui/Skeleton";
import { AuthLayout } from "./AuthLayout";
import { useFragmentToken } from "./fragment";
import { SpentLink } from "./SpentLink";

export default function LinkPage() {
  const token = useFragmentToken();
  const navigate = useNavigate();
  const signIn = useLinkSignIn();
  const { mutateAsync } = signIn;
  const isSent = useRef(false);
  useEffect(() => {
    // The token works once, so it must be sent once, however often the page is drawn.
    if (!token || isSent.current) return;
    isSent.current = true;
    mutateAsync({ token }).then(
      () => navigate({ to: "/", replace: true }),
      () => undefined, // The page shows the refusal.
    );
  }, [token, mutateAsync, navigate]);
  if (!token || signIn.isError) {
    return (
      <AuthLayout title="Sign-in link">
        <SpentLink error={signIn.error}>
          Ask for a new link, or sign in with your password. On the machine that runs Outlay,{" "}
          <code className="font-mono text-code">outlay serve</code> prints a new one as long as the only owner has no
          password.
        </SpentLink>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title="Signing you in…">
      <SkeletonPage />
    </AuthLayout>
  );
}
