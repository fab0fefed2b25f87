import type { ReactNode } from "react";

import "./TemplatePicture.css";

const line = "TemplatePicture-line";
const paper = "TemplatePicture-paper";
const soft = "TemplatePicture-soft";
const accent = "TemplatePicture-accent";

/** What comes out, as a drawing of 160 by 90. */
const SCENES: Record<string, ReactNode> = {
  website_development: (
    <>
      <rect className={paper} x="28" y="14" width="104" height="66" rx="5" />
      <path className={line} d="M28 26h104M34 20h.1M40 20h.1M46 20h.1" />
      <rect className={accent} x="36" y="33" width="52" height="7" rx="2" />
      <path className={line} d="M36 47h44M36 53h36" />
      <rect className={soft} x="96" y="33" width="28" height="22" rx="3" />
      <rect className={soft} x="36" y="61" width="26" height="13" rx="2" />
      <rect className={soft} x="67" y="61" width="26" height="13" rx="2" />
      <rect className={soft} x="98" y="61" width="26" height="13" rx="2" />
    </>
  ),
  project_development: (
    <>
      <rect className={paper} x="26" y="14" width="74" height="62" rx="5" />
      <path className={line} d="m34 26 5 4-5 4M44 34h12M34 46h36M40 54h40M40 62h26" />
      <rect className={paper} x="86" y="34" width="48" height="46" rx="5" />
      <circle className={accent} cx="97" cy="46" r="3.4" />
      <circle className={accent} cx="97" cy="57" r="3.4" />
      <circle className={soft} cx="97" cy="68" r="3.4" />
      <path className={line} d="M105 46h22M105 57h18M105 68h20" />
    </>
  ),
  content_growth: (
    <>
      <rect className={paper} x="24" y="20" width="44" height="56" rx="4" />
      <rect className={soft} x="30" y="26" width="32" height="20" rx="2" />
      <path className={line} d="M30 53h32M30 59h26M30 65h30" />
      <rect className={paper} x="76" y="20" width="60" height="56" rx="4" />
      <path className={line} d="M76 32h60M91 32v44M106 32v44M121 32v44M76 47h60M76 61h60" />
      <rect className={accent} x="94" y="35" width="9" height="9" rx="2" />
      <rect className={accent} x="79" y="50" width="9" height="8" rx="2" />
      <rect className={accent} x="124" y="64" width="9" height="9" rx="2" />
    </>
  ),
  one_person_company: (
    <>
      <path className={line} d="M80 45 46 26M80 45l36-18M80 45 50 68M80 45l34 22" />
      <circle className={accent} cx="80" cy="45" r="13" />
      <rect className={paper} x="28" y="15" width="34" height="20" rx="4" />
      <rect className={paper} x="100" y="15" width="34" height="20" rx="4" />
      <rect className={paper} x="30" y="58" width="34" height="20" rx="4" />
      <rect className={paper} x="98" y="58" width="34" height="20" rx="4" />
      <path className={line} d="M34 25h22M106 25h16M36 68h18M104 68h22" />
    </>
  ),
  sales_development: (
    <>
      <path className={paper} d="M28 20h66l-22 26v24l-22 8V46Z" />
      <path className={line} d="M37 30h48M45 39h32" />
      <rect className={paper} x="92" y="44" width="44" height="30" rx="4" />
      <path className={line} d="m93 46 21 15 21-15" />
      <circle className={accent} cx="136" cy="43" r="6" />
    </>
  ),
  legal_documents: (
    <>
      <rect className={paper} x="34" y="12" width="50" height="68" rx="4" />
      <path className={line} d="M42 24h34M42 31h34M42 50h34M42 57h28M42 70h20" />
      <rect className={accent} x="42" y="37" width="34" height="7" rx="2" />
      <rect className={paper} x="92" y="24" width="36" height="46" rx="4" />
      <path className={line} d="m99 36 3 3 5-6M99 48l3 3 5-6M99 60h8M112 37h9M112 49h9M112 60h9" />
    </>
  ),
  financial_research: (
    <>
      <rect className={paper} x="26" y="14" width="108" height="64" rx="5" />
      <path className={line} d="M36 68h88" />
      <rect className={soft} x="42" y="48" width="11" height="20" rx="2" />
      <rect className={soft} x="60" y="40" width="11" height="28" rx="2" />
      <rect className={soft} x="78" y="52" width="11" height="16" rx="2" />
      <rect className={accent} x="96" y="30" width="11" height="38" rx="2" />
      <path className={line} d="M40 40 66 28l18 10 34-18" />
    </>
  ),
  custom: (
    <>
      <rect className="TemplatePicture-dashed" x="36" y="16" width="88" height="58" rx="6" />
      <path className="TemplatePicture-plus" d="M80 33v24M68 45h24" />
    </>
  ),
};

/** What a template makes, drawn. Decorative: the words beside it say it. */
export function TemplatePicture({ template }: { template: string }) {
  return (
    <svg className="TemplatePicture" viewBox="0 0 160 90" aria-hidden="true" focusable="false">
      {SCENES[template] ?? SCENES["custom"]}
    </svg>
  );
}
