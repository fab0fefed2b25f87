import { acceptCompletion, autocompletion, completionKeymap, type Completion as Offer, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StreamParser } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder as placeholderOf } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useId, useRef } from "react";

import { completionsAt, openPlace, type Scope } from "../model/scope.ts";

import "./CodeField.css";

export type CodeLanguage = "cel" | "template" | "yaml";

export interface CodeFieldProps {
  label: string;
  value: string;
  language: CodeLanguage;
  onChange: (value: string) => void;
  scope?: Scope | null;
  placeholder?: string;
  isLabelHidden?: boolean;
  isTall?: boolean;
  isInvalid?: boolean;
  describedBy?: string;
  diagnostics?: readonly Diagnostic[];
  onReady?: (view: EditorView) => void;
  "data-testid"?: string;
}

const WORDS = /^(?:true|false|null|in|if|else|elif|endif|for|endfor|and|or|not|is)$/;

/** CEL, and what stands in the places of a text: names, numbers, quoted texts. */
const cel: StreamParser<{ isInPlace: boolean }> = {
  startState: () => ({ isInPlace: true }),
  token: (stream) => expressionToken(stream),
};

const template: StreamParser<{ isInPlace: boolean }> = {
  startState: () => ({ isInPlace: false }),
  token: (stream, state) => {
    if (!state.isInPlace) {
      if (stream.match(/^\{[{%]/)) {
        state.isInPlace = true;
        return "keyword";
      }
      stream.next();
      stream.eatWhile(/[^{]/);
      return null;
    }
    if (stream.match(/^[}%]\}/)) {
      state.isInPlace = false;
      return "keyword";
    }
    return expressionToken(stream);
  },
};

function expressionToken(stream: Parameters<StreamParser<unknown>["token"]>[0]): string | null {
  if (stream.eatSpace()) return null;
  if (stream.match(/^(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)/)) return "string";
  if (stream.match(/^\/\/.*/)) return "comment";
  if (stream.match(/^\d+(?:\.\d+)?/)) return "number";
  if (stream.match(/^[A-Za-z_]\w*/)) return WORDS.test(stream.current()) ? "keyword" : "variableName";
  stream.next();
  return null;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], class: "cm-tone-keyword" },
  { tag: tags.string, class: "cm-tone-string" },
  { tag: tags.number, class: "cm-tone-number" },
  { tag: [tags.comment, tags.lineComment], class: "cm-tone-comment" },
  { tag: [tags.variableName, tags.propertyName, tags.definition(tags.propertyName)], class: "cm-tone-name" },
]);

const LANGUAGES: Record<CodeLanguage, () => Extension> = {
  cel: () => StreamLanguage.define(cel),
  template: () => StreamLanguage.define(template),
  yaml: () => yaml(),
};

/** An editor for expressions, texts with places, and YAML. Tab leaves it, but in whole texts of YAML. */
export function CodeField(props: CodeFieldProps) {
  const { label, value, language, isLabelHidden, isTall, isInvalid, describedBy, diagnostics } = props;
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const attributes = useRef(new Compartment());

  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    const { placeholder } = latest.current;
    const complete = (context: CompletionContext): CompletionResult | null => offersFor(context, language, latest.current.scope ?? null);
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          history(),
          LANGUAGES[language](),
          syntaxHighlighting(COLOURS),
          autocompletion({ ...(language === "yaml" ? {} : { override: [complete] }), icons: false, activateOnTyping: true }),
          keymap.of([{ key: "Tab", run: acceptCompletion }, ...completionKeymap, ...historyKeymap, ...defaultKeymap, ...(language === "yaml" ? [indentWithTab] : [])]),
          ...(language === "yaml" ? [lineNumbers(), lintGutter()] : []),
          EditorView.lineWrapping,
          ...(placeholder ? [placeholderOf(placeholder)] : []),
          attributes.current.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              const text = update.state.doc.toString();
              if (text !== latest.current.value) latest.current.onChange(text);
            }
          }),
        ],
      }),
    });
    view.current = editor;
    latest.current.onReady?.(editor);
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [language]);

  useEffect(() => {
    view.current?.dispatch({
      effects: attributes.current.reconfigure(
        EditorView.contentAttributes.of({ "aria-labelledby": id, tabindex: "0", ...(describedBy ? { "aria-describedby": describedBy } : {}), ...(isInvalid ? { "aria-invalid": "true" } : {}) }),
      ),
    });
  }, [id, describedBy, isInvalid]);

  useEffect(() => {
    const editor = view.current;
    const shown = editor?.state.doc.toString();
    if (!editor || shown === undefined || shown === value) return;
    editor.dispatch({ changes: changeBetween(shown, value) });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor && diagnostics) editor.dispatch(setDiagnostics(editor.state, [...diagnostics].filter(({ to }) => to <= editor.state.doc.length)));
  }, [diagnostics, value]);

  return (
    <div className="CodeField" data-tall={isTall || undefined} data-invalid={isInvalid || undefined} data-language={language} data-testid={props["data-testid"]}>
      <span id={id} className={isLabelHidden ? "visually-hidden" : "CodeField-label"}>
        {label}
      </span>
      <div ref={host} className="CodeField-editor" />
    </div>
  );
}

/** The one stretch that differs, so that the cursor stays where it is. */
function changeBetween(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < before.length - from && tail < after.length - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

function offersFor(context: CompletionContext, language: CodeLanguage, scope: Scope | null): CompletionResult | null {
  if (!scope) return null;
  const before = context.state.sliceDoc(0, context.pos);
  const source = language === "template" ? openPlace(before) : before;
  if (source === null) return null;
  const found = completionsAt(source, scope);
  if (!found || found.options.length === 0) return null;
  const typed = source.slice(found.from);
  if (!context.explicit && typed === "" && !/[.|({[,\s]$/.test(source)) return null;
  if (!context.explicit && typed === "" && /\s$/.test(source) && !source.trimEnd().endsWith("|")) return null;
  const options = found.options.map(
    ({ label, detail, kind }): Offer => ({ label, detail, type: kind, boost: kind === "name" ? 1 : 0, ...(kind === "function" && language === "cel" ? { apply: `${label}(` } : {}), ...(kind === "macro" ? { apply: `${label}(` } : {}) }),
  );
  return { from: before.length - typed.length, options, validFor: /^\w*$/ };
}
