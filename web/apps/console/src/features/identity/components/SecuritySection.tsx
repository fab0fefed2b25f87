import { isApiError, type AccountSession } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Icon, Row, Rows, Section, Skeleton, TextField, useToast } from "@openclaw/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { checkPasswordChange, describeUserAgent, type FieldErrors, type PasswordForm } from "../model.ts";

import "./settings.css";

export function SecuritySection() {
  return (
    <>
      <PasswordChange />
      <Sessions />
    </>
  );
}

const EMPTY: PasswordForm = { current: "", next: "", repeat: "" };

function PasswordChange() {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const queryClient = useQueryClient();
  const [form, setForm] = useState(EMPTY);
  const [errors, setErrors] = useState<FieldErrors<PasswordForm>>({});
  const change = useMutation({
    mutationFn: api.auth.changePassword,
    onSuccess: () => {
      setForm(EMPTY);
      toast({ text: t("password.changed") });
      return queryClient.invalidateQueries({ queryKey: queryKeys.sessions });
    },
  });
  const isCurrentWrong = isApiError(change.error, "identity.invalid_credentials");
  const field = (name: keyof PasswordForm) => {
    const error = name === "current" && isCurrentWrong ? "validation.currentPassword" : errors[name];
    return {
      type: "password" as const,
      value: form[name],
      onChange: (value: string) => setForm((current) => ({ ...current, [name]: value })),
      error: error ? t(error) : null,
    };
  };
  return (
    <Section title={t("password.title")} description={t("password.description")}>
      <form
        className="settings-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const found = checkPasswordChange(form);
          setErrors(found);
          if (Object.keys(found).length === 0) change.mutate({ currentPassword: form.current, newPassword: form.next });
        }}
      >
        {change.error && !isCurrentWrong && (
          <Banner tone="danger" role="alert">
            {t.error(change.error)}
          </Banner>
        )}
        <TextField label={t("password.current")} autoComplete="current-password" {...field("current")} />
        <TextField label={t("password.new")} autoComplete="new-password" description={t("signUp.passwordHint")} {...field("next")} />
        <TextField label={t("password.repeat")} autoComplete="new-password" {...field("repeat")} />
        <div>
          <Button type="submit" tone="primary" isPending={change.isPending}>
            {t("password.submit")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Sessions() {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const queryClient = useQueryClient();
  const sessions = useQuery({ queryKey: queryKeys.sessions, queryFn: ({ signal }) => api.auth.sessions(signal) });
  const end = useMutation({
    mutationFn: (session: AccountSession) => api.auth.endSession(session.id),
    onSuccess: () => {
      toast({ text: t("sessions.ended") });
      return queryClient.invalidateQueries({ queryKey: queryKeys.sessions });
    },
    onError: (error) => toast({ text: t.error(error), tone: "danger" }),
  });
  return (
    <Section title={t("sessions.title")} description={t("sessions.description")}>
      {sessions.error && <Banner tone="danger">{t.error(sessions.error)}</Banner>}
      {sessions.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {sessions.data && (
        <Rows label={t("sessions.title")}>
          {sessions.data.items.map((session) => (
            <Row
              key={session.id}
              leading={<Icon name="laptop" />}
              title={describeUserAgent(session.userAgent) ?? t("sessions.unknownClient")}
              badges={session.current && <Badge tone="accent">{t("sessions.current")}</Badge>}
              detail={[session.address, t("sessions.lastSeen", { when: t.format.relative(session.lastSeenAt) })].filter(Boolean).join(" · ")}
              actions={
                !session.current && (
                  <Button size="s" tone="danger" onPress={() => end.mutate(session)}>
                    {t("sessions.end")}
                  </Button>
                )
              }
            />
          ))}
        </Rows>
      )}
    </Section>
  );
}
