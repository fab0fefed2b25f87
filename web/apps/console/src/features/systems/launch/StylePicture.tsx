import "./StylePicture.css";

/** How a site of that style looks, roughly. Decorative: its name stands beside it. */
export function StylePicture({ look }: { look: string }) {
  return (
    <svg className="StylePicture" data-look={look} viewBox="0 0 96 60" aria-hidden="true" focusable="false">
      <rect className="StylePicture-page" x="0" y="0" width="96" height="60" rx="4" />
      {look === "clean" && <path className="StylePicture-ink" d="M14 16h34M14 26h52M14 33h44M14 46h14" />}
      {look === "warm" && (
        <>
          <circle className="StylePicture-accent" cx="70" cy="26" r="13" />
          <path className="StylePicture-ink" d="M14 20h30M14 29h34M14 36h26M14 48h68" />
        </>
      )}
      {look === "bold" && (
        <>
          <rect className="StylePicture-accent" x="0" y="0" width="96" height="34" />
          <path className="StylePicture-loud" d="M14 18h52" />
          <path className="StylePicture-ink" d="M14 43h40M14 50h30" />
        </>
      )}
    </svg>
  );
}
