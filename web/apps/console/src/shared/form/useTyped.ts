import { useEffect, useRef, useState } from "react";

import { isSame } from "../json.ts";

export type Reading<Fault> = { value: unknown } | { fault: Fault };

export interface Typing<Fault> {
  value: unknown;
  onChange: (value: unknown) => void;
  write: (value: unknown) => string;
  read: (text: string) => Reading<Fault>;
  /** Told of what cannot be read, and of null once it can. */
  onFault?: (fault: Fault | null) => void;
}

/** The text that a value is typed as: it stays as it was typed, until the value becomes another elsewhere. */
export function useTyped<Fault>({ value, onChange, write, read, onFault }: Typing<Fault>) {
  const [typed, setTyped] = useState(() => write(value));
  const [fault, setFault] = useState<Fault | null>(null);
  const sent = useRef(value);
  const turn = (next: Fault | null) => {
    setFault(next);
    onFault?.(next);
  };
  const follow = useRef<() => void>(() => undefined);
  follow.current = () => {
    sent.current = value;
    setTyped(write(value));
    turn(null);
  };
  useEffect(() => {
    if (!isSame(sent.current, value)) follow.current();
  }, [value]);
  const type = (text: string) => {
    setTyped(text);
    const reading = read(text);
    if ("fault" in reading) {
      turn(reading.fault);
      return;
    }
    turn(null);
    sent.current = reading.value;
    onChange(reading.value);
  };
  return { typed, type, fault };
}
