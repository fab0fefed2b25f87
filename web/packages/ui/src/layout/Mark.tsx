/** The mark: an open claw, which is also an O and a C, about to close on a point. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">
      <path
        d="M20.6 8.4C19.2 5 15.9 2.8 12 2.8 6.9 2.8 2.8 6.9 2.8 12s4.1 9.2 9.2 9.2c3.9 0 7.2-2.2 8.6-5.6l-4.3-.9c-.9 1.5-2.4 2.4-4.3 2.4-2.8 0-5-2.2-5-5.1s2.2-5.1 5-5.1c1.9 0 3.4.9 4.3 2.4l4.3-.9Z"
        fill="currentColor"
      />
      <circle cx="19.4" cy="12" r="1.9" fill="var(--accent)" />
    </svg>
  );
}
