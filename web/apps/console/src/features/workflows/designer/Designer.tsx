import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog } from "@openclaw/ui";
import { useBlocker, useRouter } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";

import { HeaderSlot } from "../../../shared/HeaderSlot.tsx";
import { useMediaQuery } from "../../../shared/useMediaQuery.ts";
import { useTitle } from "../../../shared/useTitle.ts";
import { findStep, type StepType } from "../canvas/definition.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "../canvas/layout.ts";
import { gather, statesOf, stepIdOf } from "../canvas/states.ts";
import { WorkflowCanvas, type CanvasEditing } from "../canvas/WorkflowCanvas.tsx";
import { DesignerHeader, type View } from "./DesignerHeader.tsx";
import { AddStepDialog, ConflictDialog, ConnectDialog, ShortcutsDialog } from "./Dialogs.tsx";
import { menusOf } from "./menus.ts";
import { Inspector } from "./Inspector.tsx";
import { countByStep, placeProblems } from "./model/problems.ts";
import { Outline } from "./Outline.tsx";
import { ProblemList } from "./ProblemList.tsx";
import { pastOf, useChecked, useLanguage, useLastRunId, useRun } from "./queries.ts";
import { RunDialog, takesInput } from "./RunDialog.tsx";
import { RunStrip } from "./RunStrip.tsx";
import { STEP_MIME, StepRail } from "./StepRail.tsx";
import { TextView } from "./TextView.tsx";
import { useActions } from "./useActions.ts";
import { isHandingOver, useDesigner, type Base } from "./useDesigner.ts";
import { useFieldContext } from "./useFieldContext.ts";
import { useKeys } from "./useKeys.ts";
import { useSaving } from "./useSaving.ts";
import { didWords, nameOf } from "./words.ts";

import "./Designer.css";

type Overlay = { kind: "add"; at: { after: string | null; frame: string } | null } | { kind: "connect"; source: string } | { kind: "run" } | { kind: "keys" } | null;

export interface DesignerProps {
  initial: Base;
  /** A run to show from the start, and the step of it to look at. */
  runId: string | null;
  stepId: string | null;
}

/** Where a workflow is drawn, written, run and mended. */
export function Designer({ initial, runId: firstRun, stepId: firstStep }: DesignerProps) {
  const t = useTranslator();
  const router = useRouter();
  const isNarrow = useMediaQuery("(max-width: 52rem)");
  const designer = useDesigner(initial);
  const { session, base, isDirty } = designer;
  const { definition } = session.draft;
  const [view, setView] = useState<View>("canvas");
  const [overlay, setOverlay] = useState<Overlay>(null);
  const [opened, setOpened] = useState<string | null>(firstStep);
  const [isPanelOpen, setPanelOpen] = useState(firstStep !== null);
  const [focused, setFocused] = useState<string | null>(null);
  const [focusOn, setFocusOn] = useState<{ id: string } | null>(null);
  const [areProblemsOpen, setProblemsOpen] = useState(false);
  const [isRestoredShown, setRestoredShown] = useState(designer.wasRestored);
  const [runId, setRunId] = useState(firstRun);
  // The run that is shown is part of the address, so that it is there after a reload too.
  const showRun = (id: string | null) => {
    setRunId(id);
    if (base.workflowId !== null) router.history.replace(`/workflows/${base.workflowId}/edit${id ? `?run=${id}` : ""}`);
  };
  const [startError, setStartError] = useState<string | null>(null);
  const saving = useSaving(designer, showRun);
  const language = useLanguage().data ?? null;
  useTitle(definition?.name ?? t("designer.untitled"));

  const open = (id: string | null, takesFocus = false) => {
    setOpened(id);
    setPanelOpen(true);
    setFocused(takesFocus ? id : null);
  };
  const actions = useActions(designer, (id) => {
    open(id);
    setFocusOn({ id });
  });

  const checked = useChecked(session.draft.text, session.draft.fault === null);
  const problems = useMemo(() => placeProblems(definition, checked.problems), [definition, checked.problems]);
  const counts = useMemo(() => countByStep(problems), [problems]);

  const seen = useRun(runId);
  const lastRunId = useLastRunId(base.workflowId);
  const last = useRun(runId === null ? lastRunId : null);
  const past = useMemo(() => pastOf(seen ?? last), [seen, last]);
  const states = useMemo(() => (seen && definition ? statesOf(definition, seen.steps, seen.run.finishedAt !== null) : null), [seen, definition]);
  const gathered = useMemo(() => (states && definition ? gather(definition, states) : null), [states, definition]);
  const failedPath = seen?.run.error?.path ?? null;
  const failedId = failedPath ? stepIdOf(failedPath) : null;

  const [chosen] = session.selected;
  const openedStep = definition && opened !== null ? (findStep(definition, opened)?.step ?? null) : null;
  // The panel goes along with what is chosen, once it is open.
  useEffect(() => {
    if (chosen !== undefined && session.selected.length === 1) setOpened(chosen);
  }, [chosen, session.selected.length]);
  useEffect(() => {
    if (opened !== null && definition && !openedStep) {
      setOpened(chosen ?? null);
      if (chosen === undefined) setPanelOpen(false);
    }
  }, [opened, openedStep, definition, chosen]);
  // A failed run leads to the step at once.
  useEffect(() => {
    if (failedId && seen?.run.state === "failed") {
      designer.select([failedId]);
      if (!isNarrow) open(failedId);
      if (document.activeElement === document.body) setFocusOn({ id: failedId });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [failedId, seen?.run.state, seen?.run.id]);

  const context = useFieldContext(definition, openedStep, problems, past, designer.run);
  const closePanel = () => {
    setPanelOpen(false);
    if (opened !== null) setFocusOn({ id: opened });
  };
  const canWork = definition !== null && session.draft.fault === null;
  const canRun = canWork && problems.length === 0 && (definition?.steps.length ?? 0) > 0;

  useKeys({
    actions,
    isActive: view === "canvas" && overlay === null && canWork,
    undo: designer.undo,
    redo: designer.redo,
    save: () => isDirty && void saving.save(),
    openAdd: () => setOverlay({ kind: "add", at: null }),
    openConnect: () => chosen !== undefined && setOverlay({ kind: "connect", source: chosen }),
    openHelp: () => setOverlay({ kind: "keys" }),
    close: () => (isPanelOpen ? closePanel() : designer.select([])),
    walk: () => {
      const id = chosen ?? definition?.steps[0]?.id;
      if (id === undefined) return;
      designer.select([id]);
      setFocusOn({ id });
    },
    runIt: () => canRun && startRun(),
    runAgain: () => seen?.run.state === "failed" && failedPath && void saving.repeatFrom(seen.run.id, failedPath),
  });

  const blocker = useBlocker({
    // A new workflow that has been saved goes to its own address.
    shouldBlockFn: ({ current, next }) => isDirty && !isHandingOver() && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  });

  const editing: CanvasEditing = {
    onConnect: (link) => designer.run({ kind: "connect", link }),
    onDisconnect: (links) => designer.run({ kind: "disconnect", links }),
    onMove: (by, into) => designer.run({ kind: "move", by, into }),
    onDrop: (data, frame, position) => {
      const type = data.getData(STEP_MIME);
      if (type) actions.add(type as StepType, { frame, position: frame === "" && (definition?.steps.length ?? 0) > 0 ? { x: Math.round(position.x - NODE_WIDTH / 2), y: Math.round(position.y - NODE_HEIGHT / 2) } : null });
    },
  };

  const startRun = () => {
    setStartError(null);
    if (definition && takesInput(definition)) setOverlay({ kind: "run" });
    else void saving.start({}).then((error) => error && setStartError(error));
  };

  const { stepMenu, menu } = menusOf(t, {
    step: openedStep,
    actions,
    connect: () => openedStep && setOverlay({ kind: "connect", source: openedStep.id }),
    activate: () => void saving.activate(),
    settings: () => open(null),
    arrange: () => designer.run({ kind: "arrange" }),
    discard: isDirty && base.workflowId !== null ? designer.discard : null,
    showLastRun: runId === null && lastRunId !== null ? () => showRun(lastRunId) : null,
    help: () => setOverlay({ kind: "keys" }),
  });

  const panel = isPanelOpen && definition && view === "canvas" && (
    <Inspector
      key={openedStep?.id ?? ""}
      definition={definition}
      step={openedStep}
      language={language}
      context={context}
      problems={problems}
      runId={seen?.run.id ?? null}
      steps={seen?.steps ?? []}
      run={designer.run}
      onConnect={() => openedStep && setOverlay({ kind: "connect", source: openedStep.id })}
      onClose={closePanel}
      hasFocus={openedStep !== null && focused === openedStep.id}
      actions={stepMenu}
    />
  );
  const failedRow = seen?.steps.find(({ path }) => path === failedPath);
  const failedWords = typeof failedRow?.error?.["message"] === "string" ? failedRow.error["message"] : null;
  const strip = seen && (
    <RunStrip
      run={seen.run}
      failedStep={failedId && nameOf(definition, failedId)}
      message={failedWords}
      isToldBeside={panel !== false && failedWords !== null && openedStep?.id === failedId}
      isStale={isDirty || seen.run.version !== base.version}
      isPending={saving.isStarting}
      onShowStep={() => {
        if (!failedId) return;
        designer.select([failedId]);
        open(failedId);
      }}
      onRepeat={() => failedPath && void saving.repeatFrom(seen.run.id, failedPath)}
      onCancel={() => saving.cancel(seen.run.id)}
      onOpen={() => router.history.push(`/workflow-runs/${seen.run.id}`)}
      onClose={() => showRun(null)}
    />
  );

  return (
    <div className="Designer" data-testid="designer" data-checked={checked.isCurrent || undefined}>
      {isNarrow && (
        <HeaderSlot>
          <h1 className="Designer-slot">{definition?.name || t("designer.untitled")}</h1>
        </HeaderSlot>
      )}
      <DesignerHeader
        name={definition?.name || t("designer.untitled")}
        version={base.version}
        activeVersion={base.activeVersion}
        isDirty={isDirty}
        isNarrow={isNarrow}
        view={view}
        problems={session.draft.fault ? 1 : problems.length}
        undoWords={undoWords(session.past.at(-1)?.did)}
        redoWords={redoWords(session.future.at(-1)?.did)}
        menu={menu}
        isSaving={saving.isSaving}
        canRun={canRun}
        onBack={() => router.history.push(base.workflowId ? `/workflows/${base.workflowId}` : "/workflows")}
        onName={() => open(null)}
        onView={setView}
        onUndo={designer.undo}
        onRedo={designer.redo}
        onProblems={() => setProblemsOpen((isOpen) => !isOpen)}
        onSave={() => void saving.save()}
        onRun={startRun}
      />
      {isRestoredShown && isDirty && (
        <Banner
          role="status"
          action={
            <>
              <Button
                size="s"
                onPress={() => {
                  designer.discard();
                  setRestoredShown(false);
                }}
              >
                {t("designer.discard")}
              </Button>
              <Button size="s" tone="quiet" onPress={() => setRestoredShown(false)}>
                {t("designer.keep")}
              </Button>
            </>
          }
          data-testid="restored"
        >
          {t("designer.restored")}
        </Banner>
      )}
      <div className="Designer-work" data-panel={panel ? true : undefined}>
        <div className="Designer-stage">
          {view === "text" ? (
            <TextView draft={session.draft} problems={checked.problems} onChange={designer.setText} />
          ) : !definition ? (
            <div className="Designer-note">
              <Banner tone="attention">{t("designer.notDrawable")}</Banner>
            </div>
          ) : isNarrow ? (
            <Outline definition={definition} states={gathered} problems={counts} selected={session.selected} onOpen={(id) => {
              designer.select([id]);
              open(id);
            }} onAdd={(after, frame) => setOverlay({ kind: "add", at: { after, frame } })} />
          ) : (
            <WorkflowCanvas definition={definition} states={states} selected={session.selected} onSelect={designer.select} onOpen={(id) => open(id, true)} focusOn={focusOn} problems={counts} readOnly={!canWork} editing={editing}>
              <div className="Designer-rail">
                <StepRail onAdd={(type) => actions.add(type)} onMenu={() => setOverlay({ kind: "add", at: null })} />
              </div>
              {definition.steps.length === 0 && (
                <div className="Designer-empty">
                  <p className="Designer-emptyTitle">{t("designer.emptyTitle")}</p>
                  <p className="Designer-emptyText">{t("designer.emptyText")}</p>
                  <Button tone="primary" icon="plus" onPress={() => setOverlay({ kind: "add", at: null })}>
                    {t("designer.addStep")}
                  </Button>
                </div>
              )}
            </WorkflowCanvas>
          )}
          <div className="Designer-float" data-view={view}>
            {startError && (
              <Banner tone="danger" role="alert" action={<Button size="s" tone="quiet" onPress={() => setStartError(null)}>{t("app.dismiss")}</Button>}>
                {startError}
              </Banner>
            )}
            {areProblemsOpen && problems.length > 0 && (
              <ProblemList
                definition={definition}
                problems={problems}
                onClose={() => setProblemsOpen(false)}
                onGo={(id) => {
                  setView("canvas");
                  designer.select(id ? [id] : []);
                  open(id);
                }}
              />
            )}
            {strip}
          </div>
        </div>
        {panel && (
          // Escape leaves the panel from any of its fields; an editor that closes its own list first says so.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
          <aside className="Designer-panel" aria-label={t("designer.panel")} onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && closePanel()}>
            {panel}
          </aside>
        )}
      </div>
      {overlay?.kind === "add" && (
        <AddStepDialog
          onClose={() => setOverlay(null)}
          onChoose={(type) => {
            setOverlay(null);
            actions.add(type, overlay.at ? { frame: overlay.at.frame, after: overlay.at.after, position: null } : null);
          }}
        />
      )}
      {overlay?.kind === "connect" && definition && (
        <ConnectDialog
          definition={definition}
          source={overlay.source}
          onClose={() => setOverlay(null)}
          onConnect={(link) => {
            setOverlay(null);
            designer.run({ kind: "connect", link });
          }}
        />
      )}
      {overlay?.kind === "run" && definition && (
        <RunDialog
          definition={definition}
          isPending={saving.isStarting}
          error={startError}
          onClose={() => setOverlay(null)}
          onStart={(input) =>
            void saving.start(input).then((error) => {
              setStartError(error);
              if (error === null) setOverlay(null);
            })
          }
        />
      )}
      {overlay?.kind === "keys" && <ShortcutsDialog onClose={() => setOverlay(null)} />}
      {saving.conflict !== null && <ConflictDialog version={saving.conflict} onLoad={() => void saving.loadTheirs()} onOverwrite={() => void saving.saveOverTheirs()} onClose={saving.leaveConflict} />}
      {blocker.status === "blocked" && (
        <Dialog
          isOpen
          isAlert
          size="s"
          title={t("designer.leaveTitle")}
          closeLabel={t("app.close")}
          onClose={blocker.reset}
          data-testid="leave"
          actions={
            <>
              <Button onPress={blocker.proceed}>{t("designer.leave")}</Button>
              <Button tone="primary" onPress={blocker.reset} autoFocus>
                {t("designer.stay")}
              </Button>
            </>
          }
        >
          <p>{t("designer.leaveText")}</p>
        </Dialog>
      )}
    </div>
  );

  function undoWords(did: Parameters<typeof didWords>[1] | undefined): string | null {
    return did ? t("designer.undo", { what: didWords(t, did) }) : null;
  }

  function redoWords(did: Parameters<typeof didWords>[1] | undefined): string | null {
    return did ? t("designer.redo", { what: didWords(t, did) }) : null;
  }
}
