import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, TextField } from "@openclaw/ui";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useApi } from "../../../shared/services.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useEnter } from "../queries.ts";
import { EntryFrame } from "./EntryFrame.tsx";

export function SignInPage({ next, ended }: { next?: string; ended?: boolean }) {
  const t = useTranslator();
  const api = useApi();
  const enter = useEnter();
  const [identifier, setIdentifier] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({ mutationFn: api.auth.login, onSuccess: (session) => enter(session, { next }) });
  useTitle(t("signIn.title"));

  return (
    <EntryFrame
      title={t("signIn.title")}
      footer={
        <>
          {t("signIn.noAccount")} <Link to="/sign-up">{t("signIn.toSignUp")}</Link>
        </>
      }
    >
      <form
        className="EntryFrame-form"
        data-testid="signin-form"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate({ identifier: identifier.trim(), password });
        }}
      >
        {signIn.error ? (
          <Banner tone="danger" role="alert">
            {t.error(signIn.error)}
          </Banner>
        ) : (
          ended && <Banner role="status">{t("signIn.ended")}</Banner>
        )}
        <TextField
          label={t("signIn.identifier")}
          name="identifier"
          value={identifier}
          onChange={setIdentifier}
          autoComplete="username"
          isRequired
          autoFocus
        />
        <TextField
          label={t("signIn.password")}
          name="password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          isRequired
        />
        <Button
          type="submit"
          tone="primary"
          isWide
          isPending={signIn.isPending}
          isDisabled={identifier.trim() === "" || password === ""}
        >
          {t("signIn.submit")}
        </Button>
      </form>
    </EntryFrame>
  );
}
