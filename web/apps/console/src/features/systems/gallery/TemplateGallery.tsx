import type { SystemTemplate } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Icon, Section, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { iconOf, wordOf } from "../words.ts";
import { useTemplates } from "../queries.ts";
import { CreateDialog } from "./CreateDialog.tsx";
import { TemplatePicture } from "./TemplatePicture.tsx";

import "./TemplateGallery.css";

const DELIVERABLES = 4;

/** What systems are made from: what each makes, and who works in it. */
export function TemplateGallery() {
  const t = useTranslator();
  const templates = useTemplates();
  const [chosen, setChosen] = useState<SystemTemplate | null>(null);
  return (
    <Section title={t("systems.templates")} description={t("systems.templatesText")}>
      {templates.error && (
        <Banner tone="danger" role="alert" title={t("systems.templatesFailed")} action={<Button onPress={() => void templates.refetch()}>{t("app.retry")}</Button>}>
          {t.error(templates.error)}
        </Banner>
      )}
      {templates.isPending && <Skeleton label={t("app.loading")} lines={4} isBlock />}
      <ul className="TemplateGallery" aria-label={t("systems.templates")}>
        {templates.data?.map((template) => (
          <Card key={template.id} template={template} onChoose={() => setChosen(template)} />
        ))}
      </ul>
      {chosen && <CreateDialog template={chosen} onClose={() => setChosen(null)} />}
    </Section>
  );
}

function Card({ template, onChoose }: { template: SystemTemplate; onChoose: () => void }) {
  const t = useTranslator();
  const { id, name, description, category } = template;
  const made = template.deliverables.map(({ title }) => String(title));
  const roles = template.roles.map((role) => String(role["name"]));
  const shown = made.slice(0, DELIVERABLES).join(t("app.comma"));
  return (
    <li className="TemplateGallery-card" data-testid="template-card" data-template={id}>
      <TemplatePicture template={id} />
      <div className="TemplateGallery-body">
        <p className="TemplateGallery-category">{wordOf(t, "systems.category", category)}</p>
        <h3 className="TemplateGallery-name">
          <Icon name={iconOf(id)} />
          {name}
        </h3>
        <p className="TemplateGallery-text">{description}</p>
        <dl className="TemplateGallery-facts">
          {made.length > 0 && (
            <div>
              <dt>{t("systems.makes")}</dt>
              <dd>{made.length > DELIVERABLES ? t("systems.andMore", { names: shown, count: made.length - DELIVERABLES }) : shown}</dd>
            </div>
          )}
          <div>
            <dt>{t("systems.team")}</dt>
            <dd>{roles.join(t("app.comma"))}</dd>
          </div>
        </dl>
        <div className="TemplateGallery-action">
          <Button onPress={onChoose} data-testid="use-template">
            {t("systems.useTemplate")} <span className="visually-hidden">{name}</span>
          </Button>
        </div>
      </div>
    </li>
  );
}
