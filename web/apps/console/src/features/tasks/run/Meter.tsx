import "./Meter.css";

const NEARLY = 0.9;

/** How much of a limit is gone. The words say it; the bar is for the eye. */
export function Meter({ label, text, share }: { label: string; text: string; share: number }) {
  return (
    <div className="Meter">
      <p className="Meter-words">
        <span>{label}</span>
        <span className="Meter-text">{text}</span>
      </p>
      <svg className="Meter-track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect className="Meter-fill" data-full={share >= NEARLY || undefined} width={share * 100} height="1" />
      </svg>
    </div>
  );
}
