import { TextField } from "@openclaw/ui";
import { useEffect, useRef, useState } from "react";

/** Typing goes on: the address follows when it rests. */
const REST_MS = 200;
const MOST_LETTERS = 200;

/** Words that a list is narrowed by. They are kept elsewhere, in the address, which may also be changed otherwise. */
export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (words: string) => void }) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  // The address was changed otherwise, such as by the way back.
  useEffect(() => {
    if (value !== told.current) setTyped(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    const words = typed.trim();
    if (words === told.current) return;
    const timer = window.setTimeout(() => {
      told.current = words;
      tell.current(words);
    }, REST_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  return <TextField label={label} isLabelHidden type="search" value={typed} onChange={setTyped} placeholder={label} maxLength={MOST_LETTERS} />;
}
