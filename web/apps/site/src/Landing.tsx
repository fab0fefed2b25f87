import type { Words } from "./words/en.ts";

import "./Landing.css";

export function Landing({ words }: { words: Words }) {
  return (
    <>
      <section className="Landing-hero">
        <h1 className="Landing-title">{words.title}</h1>
        <p className="Landing-lead">{words.lead}</p>
        <p className="Landing-actions">
          <a className="Landing-primary" href="/sign-up">
            {words.start}
          </a>
          <a href="/docs">{words.readDocs}</a>
        </p>
        <img className="Landing-picture" src="/site/chat.png" width={1920} height={1200} alt={words.chatPicture} />
      </section>
      <section className="Landing-promises">
        {words.promises.map((promise) => (
          <div key={promise.title}>
            <h2>{promise.title}</h2>
            <p>{promise.text}</p>
          </div>
        ))}
      </section>
      <section className="Landing-again">
        <div>
          <h2>{words.againTitle}</h2>
          <p>{words.againText}</p>
        </div>
        <img className="Landing-picture" src="/site/designer.png" width={1440} height={820} alt={words.designerPicture} loading="lazy" />
      </section>
      <section className="Landing-pair">
        <div>
          <h2>{words.openTitle}</h2>
          <p>{words.openText}</p>
        </div>
        <div>
          <h2>{words.hostTitle}</h2>
          <p>{words.hostText}</p>
          <pre className="Landing-command">
            <code>make run</code>
          </pre>
        </div>
      </section>
    </>
  );
}
