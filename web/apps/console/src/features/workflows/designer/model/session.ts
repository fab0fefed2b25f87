import { drawable, type Definition } from "../../canvas/definition.ts";
import { run, type Command, type Done } from "./commands.ts";
import { isSame } from "../../../../shared/json.ts";
import { rewrite } from "./rewrite.ts";
import { isFault, readYaml, writeYaml, type TextFault } from "./yaml.ts";

/** One workflow being worked on: its text and what the canvas shows of it are the same thing in two spellings. */
export interface Draft {
  text: string;
  /** The data in the text, or in the last text that could be read. */
  data: unknown;
  /** What the canvas shows: null when the data cannot be drawn. */
  definition: Definition | null;
  fault: TextFault | null;
}

/** What was done, to be told in words. */
export type Did = { kind: "text" } | { kind: "replace" } | Command;

interface Entry {
  did: Did;
  before: Draft;
  selectedBefore: readonly string[];
}

export interface Session {
  draft: Draft;
  selected: readonly string[];
  past: readonly Entry[];
  future: readonly Entry[];
}

const MOST_STEPS_BACK = 200;

export function draftOf(text: string, last: Draft | null = null): Draft {
  const read = readYaml(text);
  if (isFault(read)) return { text, data: last?.data ?? null, definition: last?.definition ?? null, fault: read };
  return { text, data: read.data, definition: drawable(read.data), fault: null };
}

export function draftOfData(definition: Definition): Draft {
  return { text: writeYaml(definition), data: definition, definition, fault: null };
}

export function begin(draft: Draft): Session {
  return { draft, selected: [], past: [], future: [] };
}

/** Carries out a command on what the canvas shows. Raises RefusedCommand; without a picture nothing happens. */
export function doCommand(session: Session, command: Command): Session {
  const { draft } = session;
  if (!draft.definition || draft.fault) return session;
  const done: Done = run(draft.definition, command);
  if (isSame(done.definition, draft.definition)) return { ...session, selected: keepSelected(command, session, done) };
  const after: Draft = { text: rewrite(draft.text, done.definition), data: done.definition, definition: done.definition, fault: null };
  return advance(session, command, after, keepSelected(command, session, done));
}

function keepSelected(command: Command, session: Session, done: Done): readonly string[] {
  return command.kind === "settings" || command.kind === "arrange" || command.kind === "disconnect" ? session.selected : done.selected;
}

/** Takes what was typed into the text. Typing on is one thing to undo. */
export function doText(session: Session, text: string): Session {
  if (text === session.draft.text) return session;
  const after = draftOf(text, session.draft);
  const last = session.past.at(-1);
  if (last?.did.kind === "text" && session.future.length === 0) return { ...session, draft: after };
  return advance(session, { kind: "text" }, after, session.selected);
}

/** Puts another workflow in its place, such as a template or the version that somebody else saved. */
export function doReplace(session: Session, text: string): Session {
  return advance(session, { kind: "replace" }, draftOf(text, session.draft), []);
}

function advance(session: Session, did: Did, draft: Draft, selected: readonly string[]): Session {
  const last = session.past.at(-1);
  const entry: Entry = { did, before: session.draft, selectedBefore: session.selected };
  // Changing one field of one step, letter by letter, is one thing to undo.
  const isSameChange = did.kind === "change" && last?.did.kind === "change" && did.id === last.did.id && did.what !== undefined && did.what === last.did.what && session.future.length === 0;
  const past = isSameChange ? session.past : [...session.past, entry].slice(-MOST_STEPS_BACK);
  return { draft, selected, past, future: [] };
}

export function undo(session: Session): Session {
  const last = session.past.at(-1);
  if (!last) return session;
  const back: Entry = { did: last.did, before: session.draft, selectedBefore: session.selected };
  return { draft: last.before, selected: last.selectedBefore, past: session.past.slice(0, -1), future: [...session.future, back] };
}

export function redo(session: Session): Session {
  const next = session.future.at(-1);
  if (!next) return session;
  const entry: Entry = { did: next.did, before: session.draft, selectedBefore: session.selected };
  return { draft: next.before, selected: next.selectedBefore, past: [...session.past, entry], future: session.future.slice(0, -1) };
}

export function select(session: Session, selected: readonly string[]): Session {
  const isEqual = selected.length === session.selected.length && selected.every((id, index) => session.selected[index] === id);
  return isEqual ? session : { ...session, selected };
}
