import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";

import { drawable, type StepType } from "../canvas/definition.ts";
import { stepsOf } from "../canvas/definition.ts";
import { TYPE_ICONS } from "../canvas/words.ts";
import approval from "../../../../../../../examples/approval.yaml?raw";
import condition from "../../../../../../../examples/condition.yaml?raw";
import linkChecker from "../../../../../../../examples/link-checker.yaml?raw";
import loop from "../../../../../../../examples/loop.yaml?raw";
import parallel from "../../../../../../../examples/parallel.yaml?raw";
import webDigest from "../../../../../../../examples/web-digest.yaml?raw";
import { isFault, readYaml } from "./model/yaml.ts";

import "./StartPage.css";

const TEMPLATES = { webDigest, linkChecker, approval, condition, loop, parallel } as const;
type Template = keyof typeof TEMPLATES;

/** The examples of the product to start from, and an empty one. Under a name in the person's language. */
export function StartPage({ onStart }: { onStart: (text: string | null) => void }) {
  const t = useTranslator();
  return (
    <div className="StartPage" data-testid="templates">
      <div className="StartPage-column">
        <h1 className="StartPage-title">{t("designer.startTitle")}</h1>
        <p className="StartPage-lead">{t("designer.startText")}</p>
        <ul className="StartPage-list">
          <li>
            <button type="button" className="StartPage-item StartPage-item--blank" data-testid="template-blank" onClick={() => onStart(null)}>
              <span className="StartPage-icons">
                <Icon name="plus" />
              </span>
              <span className="StartPage-name">{t("designer.template.blank")}</span>
              <span className="StartPage-note">{t("designer.templateNote.blank")}</span>
            </button>
          </li>
          {(Object.keys(TEMPLATES) as Template[]).map((name) => (
            <li key={name}>
              <button type="button" className="StartPage-item" data-testid={`template-${name}`} onClick={() => onStart(named(TEMPLATES[name], t(`designer.template.${name}`)))}>
                <span className="StartPage-icons" aria-hidden="true">
                  {typesIn(TEMPLATES[name]).map((type) => (
                    <Icon key={type} name={TYPE_ICONS[type]} />
                  ))}
                </span>
                <span className="StartPage-name">{t(`designer.template.${name}`)}</span>
                <span className="StartPage-note">{t(`designer.templateNote.${name}`)}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function named(text: string, name: string): string {
  return text.replace(/^#.*\n/, "").replace(/^name: .*$/m, `name: ${JSON.stringify(name)}`);
}

function typesIn(text: string): StepType[] {
  const read = readYaml(text);
  const definition = isFault(read) ? null : drawable(read.data);
  return definition ? [...new Set(stepsOf(definition).map(({ type }) => type))] : [];
}
