import type { Words } from "./words/en.ts";

import "./Welcome.css";

export function Welcome({ words }: { words: Words }) {
  return (
    <>
      <section className="Welcome-hero">
        <h1 className="Welcome-title">{words.title}</h1>
        <p className="Welcome-lead">{words.lead}</p>
        <p className="Welcome-actions">
          <a className="Welcome-primary" href="/sign-up">
            {words.start}
          </a>
          <a href="/docs">{words.readDocs}</a>
        </p>
        <img className="Welcome-picture" src="/site/chat.png" width={1920} height={1200} alt={words.chatPicture} />
      </section>
      <section className="Welcome-promises">
        {words.promises.map((promise) => (
          <div key={promise.title}>
            <h2>{promise.title}</h2>
            <p>{promise.text}</p>
          </div>
        ))}
      </section>
      <section className="Welcome-again">
        <div>
          <h2>{words.againTitle}</h2>
          <p>{words.againText}</p>
        </div>
        <img className="Welcome-picture" src="/site/designer.png" width={1440} height={820} alt={words.designerPicture} loading="lazy" />
      </section>
      <section className="Welcome-pair">
        <div>
          <h2>{words.openTitle}</h2>
          <p>{words.openText}</p>
        </div>
        <div>
          <h2>{words.hostTitle}</h2>
          <p>{words.hostText}</p>
          <pre className="Welcome-command">
            <code>make run</code>
          </pre>
        </div>
      </section>
    </>
  );
}
