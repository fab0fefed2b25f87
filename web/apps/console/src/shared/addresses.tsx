import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** Things with a page of their own, by the prefix of their ids. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  auto: (id) => `/automations/${id}`,
  art: (id) => `/results/${id}`,
  conv: (id) => `/c/${id}`,
  host: (id) => `/hosts/${id}`,
  sys: (id) => `/systems/${id}`,
  task: (id) => `/tasks/${id}/edit`,
  trun: (id) => `/task-runs/${id}`,
  wf: (id) => `/workflows/${id}`,
  wrun: (id) => `/workflow-runs/${id}`,
};

/** The address of a thing's page; null for what has none. */
export function addressOf(id: string): string | null {
  return PAGES[id.slice(0, id.indexOf("_"))]?.(id) ?? null;
}

/** Leads to a thing by its id alone. */
export function ThingLink({ id, children }: { id: string; children: ReactNode }) {
  const address = addressOf(id);
  // Which page it is only shows now.
  return address === null ? children : <Link to={address as "/"}>{children}</Link>;
}
