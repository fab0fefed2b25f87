import type { Publication, PublishInput, ResultDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Checkbox, Segmented, TextField } from "@openclaw/ui";

import { foreseen, isSlug, slugOf } from "../model.ts";
import { Checks } from "./Checks.tsx";

import "./PublishForm.css";

export interface PublishWish {
  target: Publication["target"];
  slug: string;
  /** What is to become of the password that there is. */
  guard: "keep" | "new" | "none";
  password: string;
  /** A day, and a time of it, of this browser; without a day it stays. */
  day: string;
  time: string;
  ignoresLinks: boolean;
}

/** As it was published before, and at first under a name made from the title. An end that is over is asked for anew. */
export function startOf({ title, publication }: ResultDetail, now = Date.now()): PublishWish {
  const end = publication?.expiresAt ? new Date(publication.expiresAt) : null;
  const isAhead = end !== null && end.getTime() > now;
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    target: publication?.target ?? "path",
    slug: publication?.slug ?? slugOf(title),
    guard: publication?.hasPassword ? "keep" : "none",
    password: "",
    day: isAhead ? `${end.getFullYear()}-${two(end.getMonth() + 1)}-${two(end.getDate())}` : "",
    time: isAhead ? `${two(end.getHours())}:${two(end.getMinutes())}` : "",
    ignoresLinks: false,
  };
}

export function isComplete({ slug, guard, password }: PublishWish): boolean {
  return (slug === "" || isSlug(slug)) && (guard !== "new" || password !== "");
}

/** What is sent: of a password that is kept nothing, and of an end always what is wished. A bucket knows neither. */
export function bodyOf({ version, publication }: ResultDetail, wish: PublishWish): PublishInput {
  const isPath = wish.target === "path";
  const guard = isPath ? wish.guard : "none";
  return {
    version,
    target: wish.target,
    ...(wish.slug ? { slug: wish.slug } : {}),
    ...(guard === "new" ? { password: wish.password } : guard === "none" && publication?.hasPassword ? { password: "" } : {}),
    expiresAt: isPath && wish.day ? new Date(`${wish.day}T${wish.time || "23:59"}`).toISOString() : null,
    ignore: wish.ignoresLinks ? ["links"] : [],
  };
}

export function PublishForm({ result, form, onChange }: { result: ResultDetail; form: PublishWish; onChange: (form: PublishWish) => void }) {
  const t = useTranslator();
  const { publication } = result;
  const set = (change: Partial<PublishWish>) => onChange({ ...form, ...change });
  const checks = foreseen(result);
  const hasDeadLinks = checks.some(({ name, state }) => name === "links" && state === "failed");
  return (
    <div className="PublishForm">
      {result.targets.length > 1 && !publication?.isLive && (
        <Segmented
          label={t("results.target")}
          value={form.target}
          options={[
            { value: "path", label: t("results.targetPath") },
            { value: "bucket", label: t("results.targetBucket") },
          ]}
          onChange={(target) => set({ target })}
        />
      )}
      <TextField
        label={t("results.slug")}
        value={form.slug}
        onChange={(slug) => set({ slug: slug.toLowerCase() })}
        maxLength={63}
        isMono
        error={form.slug !== "" && !isSlug(form.slug) ? t("results.slugWrong") : null}
        description={form.slug === "" ? t("results.slugMade") : form.target === "path" ? `/p/${form.slug}/` : `${form.slug}/`}
      />
      {form.target === "path" ? (
        <>
          <Segmented
            label={t("results.guard")}
            value={form.guard}
            options={[
              ...(publication?.hasPassword ? [{ value: "keep" as const, label: t("results.guard.keep") }] : []),
              { value: "none", label: t("results.guard.none") },
              { value: "new", label: t("results.guard.new") },
            ]}
            onChange={(guard) => set({ guard })}
          />
          {form.guard === "new" && (
            <TextField label={t("results.password")} type="password" value={form.password} onChange={(password) => set({ password })} maxLength={200} autoComplete="new-password" isRequired />
          )}
          <div className="PublishForm-end">
            <TextField label={t("results.until")} type="date" value={form.day} onChange={(day) => set({ day })} description={t("results.untilText")} />
            {form.day && <TextField label={t("results.untilTime")} type="time" value={form.time} onChange={(time) => set({ time })} />}
          </div>
        </>
      ) : (
        <p className="PublishForm-note">{t("results.bucketText")}</p>
      )}
      <div className="PublishForm-checks">
        <h3 className="PublishForm-title">{t("results.checksFirst")}</h3>
        <Checks checks={checks} />
      </div>
      {hasDeadLinks && <Checkbox label={t("results.ignoreLinks")} isSelected={form.ignoresLinks} onChange={(ignoresLinks) => set({ ignoresLinks })} />}
      {publication?.isLive && <Banner icon="info">{t("results.replaces")}</Banner>}
    </div>
  );
}
