/** Sign-in with e-mail and password. */
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import type { FormEvent } from "react";

import { ApiProblem } from "../api/problem";
import { useSignIn } from "../api/session";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { ErrorNote } from "../ui/ErrorState";
import { AuthLayout } from "./AuthLayout";
import { useCountdown, waitWords } from "./useCountdown";
import { textOf } from "../ui/form";

const REASONS: Record<string, string> = {
  session_expired: "Your session has ended. Sign in again to go on where you were.",
  not_authenticated: "Sign in to go on.",
};

export default function SignInPage() {
  const router = useRouter();
  const { next, reason } = useSearch({ from: "/sign-in" });
  const signIn = useSignIn();
  const problem = signIn.error instanceof ApiProblem ? signIn.error : null;
  const wait = useCountdown(problem?.retryAfterSeconds ?? null, problem);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { email: textOf(form, "email").trim(), password: textOf(form, "password") };
    signIn.mutate(body, { onSuccess: () => router.history.push(next ?? "/") });
  };
  const fields = problem?.fieldErrors() ?? {};
  return (
    <AuthLayout title="Sign in" help={REASONS[reason ?? ""] ?? "What every client, campaign and agent costs."}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          required
          // The page has one purpose, and this field is its start.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          error={fields.email}
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={fields.password}
        />
        <Refusal problem={problem} wait={wait} error={signIn.error} />
        <Button look="primary" type="submit" busy={signIn.isPending} disabled={wait > 0}>
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </Button>
        <Link to="/forgot-password" className="link-alone self-start">
          Forgot your password?
        </Link>
      </form>
    </AuthLayout>
  );
}

function Refusal({ problem, wait, error }: { problem: ApiProblem | null; wait: number; error: unknown }) {
  if (problem?.status === 429) {
    if (wait === 0) return <p role="status">You can try again now.</p>;
    return (
      // Only the start is announced: a countdown read aloud each second would drown everything else.
      <p className="chip-tinted rounded-control px-3 py-2 [--chip-color:var(--warn)]">
        <span role="alert">Too many attempts.</span> Try again in {waitWords(wait)}.
      </p>
    );
  }
  if (problem?.code === "sign_in_failed") {
    return <ErrorNote error={new ApiProblem(401, { detail: "This e-mail and password do not belong together." })} />;
  }
  return <ErrorNote error={error} />;
}
