import type { Translator } from "@openclaw/i18n";
import { Button, Choices, Segmented, TextField } from "@openclaw/ui";
import type { ReactNode } from "react";

import { ListInput } from "../../../shared/form/ListInput.tsx";
import type { FormField } from "../../../shared/form/SchemaForm.tsx";
import { kindOf } from "../../../shared/form/schema.ts";
import { wordOf } from "../words.ts";
import { StylePicture } from "./StylePicture.tsx";

import "./LaunchFields.css";

const PAGES = ["home", "about", "services", "prices", "gallery", "blog", "questions", "contact"] as const;
const GOALS = ["found", "enquiries", "sell", "show", "explain", "book"] as const;

/** Characters. */
const LINE = 400;
const PARAGRAPH = 500;

/** Fields that a launcher draws in its own way: lists one by one, and what a website is made of with its pictures. */
export function drawField(t: Translator, template: string, field: FormField): ReactNode | undefined {
  const { name, schema, label, description, value, problem, onChange } = field;
  const kind = kindOf(schema);
  if (template === "website_development") {
    if (name === "purpose") return <Goals t={t} field={field} />;
    if (name === "style" && kind === "choice") {
      return (
        <Choices<string>
          label={t("launch.website.style")}
          value={String(value ?? "")}
          isRow
          options={(schema["enum"] as unknown[]).map((one) => ({ value: String(one), label: wordOf(t, "launch.style", String(one)), picture: <StylePicture look={String(one)} /> }))}
          onChange={onChange}
        />
      );
    }
    if (name === "language" && kind === "choice") {
      return (
        <Segmented<string>
          label={t("launch.website.language")}
          value={String(value ?? "")}
          options={(schema["enum"] as unknown[]).map((one) => ({ value: String(one), label: wordOf(t, "language", String(one)) }))}
          onChange={onChange}
        />
      );
    }
  }
  // A line is enough for what is short, whatever the template lets through.
  if (kind === "long" && Number(schema["maxLength"]) <= PARAGRAPH) {
    return (
      <TextField
        label={label}
        value={typeof value === "string" ? value : ""}
        onChange={onChange}
        error={problem}
        isRequired={field.isNeeded}
        maxLength={Number(schema["maxLength"])}
        {...(Number(schema["maxLength"]) > LINE ? { rows: 2 } : {})}
        {...(description === null ? {} : { description })}
      />
    );
  }
  if (kind === "list" && isTextList(schema["items"])) {
    const suggestions = template === "website_development" && name === "pages" ? PAGES.map((page) => t(`launch.page.${page}`)) : [];
    return (
      <ListInput
        label={label}
        description={description}
        items={Array.isArray(value) ? value.map(String) : []}
        onChange={onChange}
        suggestions={suggestions}
        isOrdered={template === "website_development"}
        most={Number(schema["maxItems"] ?? Infinity)}
        problem={problem}
      />
    );
  }
  return undefined;
}

function isTextList(items: unknown): boolean {
  return typeof items === "object" && items !== null && (items as { type?: unknown }).type === "string";
}

/** What a site is for, in words; what many want is put in by a press. */
function Goals({ t, field }: { t: Translator; field: FormField }) {
  const text = typeof field.value === "string" ? field.value : "";
  const add = (goal: string) => field.onChange(text.trim() === "" ? goal : `${text.trimEnd()} ${goal}`);
  return (
    <div className="LaunchFields-goals">
      <TextField
        label={field.label}
        value={text}
        onChange={field.onChange}
        rows={4}
        isRequired={field.isNeeded}
        error={field.problem}
        maxLength={Number(field.schema["maxLength"] ?? 2000)}
        {...(field.description ? { description: field.description } : {})}
      />
      <div className="LaunchFields-suggestions" role="group" aria-label={t("launch.goals")}>
        {GOALS.map((goal) => t(`launch.goal.${goal}`)).filter((goal) => !text.includes(goal)).map((goal) => (
          <Button key={goal} size="s" tone="quiet" icon="plus" onPress={() => add(goal)}>
            {goal}
          </Button>
        ))}
      </div>
    </div>
  );
}
