import type { ReactNode } from "react";

import { classes } from "../classes.ts";
import type { Tone } from "./Banner.tsx";

import "./Badge.css";

/** A word or two about the state of the thing beside it. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={classes("Badge", `Badge--${tone}`)}>{children}</span>;
}

/** A state dot. Its words are read out, colour alone says nothing. */
export function Dot({ state, label }: { state: "live" | "off" | "busy" | "attention" | "danger"; label?: string }) {
  return (
    <span className={classes("Badge-dot", `Badge-dot--${state}`)}>
      {label && <span className="visually-hidden">{label}</span>}
    </span>
  );
}
