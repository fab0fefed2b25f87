import type { AuthConfig } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, TextField } from "@openclaw/ui";
import { useMutation } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { useState } from "react";

import { useApi } from "../../../shared/services.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { checkSignUp, type FieldErrors, type SignUpForm } from "../model.ts";
import { useEnter } from "../queries.ts";
import { EntryFrame } from "./EntryFrame.tsx";

export function SignUpPage({ config }: { config: AuthConfig }) {
  const t = useTranslator();
  const invitation = useLocation({ select: (location) => location.hash });
  const isFirst = !config.hasUsers;
  const isClosed = config.registration === "closed" && !isFirst && !invitation;
  const title = t(isFirst ? "signUp.firstTitle" : isClosed ? "signUp.closedTitle" : "signUp.title");
  useTitle(title);

  return (
    <EntryFrame
      title={title}
      footer={
        !isFirst && (
          <>
            {t("signUp.hasAccount")} <Link to="/sign-in">{t("signUp.toSignIn")}</Link>
          </>
        )
      }
    >
      {isClosed ? (
        <p>{t("signUp.closedText")}</p>
      ) : (
        <SignUpFields
          isFirst={isFirst}
          invitation={invitation}
          needsInvite={config.registration !== "open" && !isFirst}
        />
      )}
    </EntryFrame>
  );
}

function SignUpFields({ isFirst, invitation, needsInvite }: { isFirst: boolean; invitation: string; needsInvite: boolean }) {
  const t = useTranslator();
  const api = useApi();
  const enter = useEnter();
  const [form, setForm] = useState<SignUpForm>({ username: "", email: "", displayName: "", password: "", inviteToken: invitation });
  const [errors, setErrors] = useState<FieldErrors<SignUpForm>>({});
  const register = useMutation({ mutationFn: api.auth.register, onSuccess: (session) => enter(session, { isNew: true }) });
  const set = (name: keyof SignUpForm) => (value: string) => {
    setForm((current) => ({ ...current, [name]: value }));
    setErrors((current) => Object.fromEntries(Object.entries(current).filter(([field]) => field !== name)));
  };
  const errorOf = (name: keyof SignUpForm) => {
    const key = errors[name];
    return key ? t(key) : null;
  };
  const submit = () => {
    const found = checkSignUp(form, needsInvite);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    register.mutate({
      username: form.username.trim(),
      email: form.email.trim(),
      password: form.password,
      ...(form.displayName.trim() ? { displayName: form.displayName.trim() } : {}),
      ...(form.inviteToken.trim() ? { inviteToken: form.inviteToken.trim() } : {}),
    });
  };
  const note = isFirst ? "signUp.firstNote" : invitation ? "signUp.invited" : needsInvite ? "signUp.inviteNote" : null;

  return (
    <form
      className="EntryFrame-form"
      data-testid="signup-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {note && (
        <Banner tone={isFirst ? "accent" : "neutral"} icon={isFirst ? "key" : "info"}>
          {t(note)}
        </Banner>
      )}
      {register.error && (
        <Banner tone="danger" role="alert">
          {t.error(register.error)}
        </Banner>
      )}
      <TextField
        label={t("signUp.username")}
        name="username"
        value={form.username}
        onChange={set("username")}
        error={errorOf("username")}
        description={errors.username ? null : t("signUp.usernameHint")}
        autoComplete="username"
        maxLength={50}
        isRequired
        autoFocus
      />
      <TextField
        label={t("signUp.email")}
        name="email"
        type="email"
        value={form.email}
        onChange={set("email")}
        error={errorOf("email")}
        autoComplete="email"
        isRequired
      />
      <TextField
        label={t("app.optionalLabel", { label: t("signUp.displayName") })}
        name="displayName"
        value={form.displayName}
        onChange={set("displayName")}
        description={t("signUp.displayNameHint")}
        autoComplete="name"
        maxLength={100}
      />
      <TextField
        label={t("signUp.password")}
        name="password"
        type="password"
        value={form.password}
        onChange={set("password")}
        error={errorOf("password")}
        description={errors.password ? null : t("signUp.passwordHint")}
        autoComplete="new-password"
        isRequired
      />
      {needsInvite && (
        <TextField
          label={t("signUp.invite")}
          name="inviteToken"
          value={form.inviteToken}
          onChange={set("inviteToken")}
          error={errorOf("inviteToken")}
          description={t("signUp.inviteHint")}
          isMono
          isRequired
        />
      )}
      <Button type="submit" tone="primary" isWide isPending={register.isPending}>
        {t("signUp.submit")}
      </Button>
    </form>
  );
}
