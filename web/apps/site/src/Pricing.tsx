import type { Words } from "./words/en.ts";

import "./Pricing.css";

export function Pricing({ words }: { words: Words }) {
  return (
    <section className="Pricing">
      <h1>{words.pricingTitle}</h1>
      <p className="Pricing-lead">{words.pricingLead}</p>
      <dl className="Pricing-rows">
        {words.pricingRows.map((row) => (
          <div key={row.what} className="Pricing-row">
            <dt>{row.what}</dt>
            <dd className="Pricing-price">{row.price}</dd>
            <dd className="Pricing-text">{row.text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
