import { useTranslator } from "@openclaw/i18n";
import { Button, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useCreateWorkflow } from "./queries.ts";
import { templates, type Template } from "./templates.ts";

import "./Templates.css";

const AT_FIRST = 3;

/** Examples to begin with: one press makes a draft of one. */
export function Templates({ isShort }: { isShort: boolean }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const create = useCreateWorkflow();
  const [isWhole, setWhole] = useState(!isShort);
  const all = templates();
  const shown = isWhole ? all : all.slice(0, AT_FIRST);
  const use = ({ load }: Template) =>
    void load()
      .then((yaml) => create.mutateAsync({ yaml }))
      .then(({ id }) => navigate({ to: "/workflows/$workflowId", params: { workflowId: id } }))
      .catch((error: unknown) => toast({ text: t.error(error), tone: "danger" }));
  return (
    <>
      <ul className="Templates" aria-label={t("workflows.templates")}>
        {shown.map((template) => (
          <li key={template.name} className="Templates-card" data-testid="template">
            <div className="Templates-words">
              <p className="Templates-title">{t(template.title)}</p>
              <p className="Templates-text">{t(template.text)}</p>
            </div>
            <Button size="s" isPending={create.isPending} onPress={() => use(template)}>
              {t("workflows.templateUse")}{" "}
              <span className="visually-hidden">{t(template.title)}</span>
            </Button>
          </li>
        ))}
      </ul>
      {shown.length < all.length && (
        <div>
          <Button size="s" onPress={() => setWhole(true)}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </>
  );
}
