import type { Device, Simulation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Icon, Section, Segmented, Select, TextField, type Tone } from "@openclaw/ui";
import { useState } from "react";

import { useDevices } from "../../devices/index.ts";
import { useSimulate } from "../queries.ts";
import { Segments } from "./Segments.tsx";

import "./SimulatorSection.css";

const TOOLS = ["fs.write", "fs.edit", "fs.move", "fs.delete", "fs.read", "fs.list", "fs.search", "exec", "system.info"] as const;
type Tool = (typeof TOOLS)[number];
const TONES: Record<Simulation["outcome"], Tone> = { run: "accent", ask: "attention", ask_twice: "danger", refuse: "danger" };

/** What would happen with a call, here and as the machine's own policy says. Nothing is run. */
export function SimulatorSection() {
  const t = useTranslator();
  const devices = useDevices();
  return (
    <Section title={t("simulator.title")} description={t("simulator.description")}>
      {devices.data?.length === 0 && <p className="SimulatorSection-note">{t("simulator.noDevice")}</p>}
      {devices.data && devices.data.length > 0 && <Simulator devices={devices.data} />}
    </Section>
  );
}

function Simulator({ devices }: { devices: readonly Device[] }) {
  const t = useTranslator();
  const simulate = useSimulate();
  const [kind, setKind] = useState<"command" | "tool">("command");
  const [deviceId, setDeviceId] = useState((devices.find((device) => device.primary) ?? devices[0])?.id ?? "");
  const [command, setCommand] = useState("");
  const [folder, setFolder] = useState("~");
  const [tool, setTool] = useState<Tool>("fs.write");
  const [json, setJson] = useState('{"path": "~/notes.txt", "content": ""}');
  const [hasTried, setTried] = useState(false);
  const args = parsed(json);
  const isReady = kind === "command" ? command.trim() !== "" : args !== null;
  const judge = () => {
    setTried(true);
    if (!isReady) return;
    simulate.mutate(kind === "command"
        ? { deviceId, tool: "exec", command, folder: folder.trim() || "~" }
        : { deviceId, tool, arguments: args ?? {}, folder: "~" },
    );
  };
  return (
    <form
      className="SimulatorSection"
      onSubmit={(event) => {
        event.preventDefault();
        judge();
      }}
    >
      <Segmented
        label={t("simulator.kind")}
        isLabelHidden
        value={kind}
        onChange={setKind}
        options={(["command", "tool"] as const).map((value) => ({ value, label: t(`simulator.kind.${value}`) }))}
      />
      <div className="SimulatorSection-pair">
        <Select
          label={t("simulator.device")}
          value={deviceId}
          onChange={setDeviceId}
          options={devices.map(({ id, name, online }) => ({ value: id, label: name, dot: online ? "live" : "off" }))}
        />
        {kind === "command" ? (
          <TextField label={t("simulator.folder")} value={folder} onChange={setFolder} isMono maxLength={4096} />
        ) : (
          <Select label={t("simulator.tool")} value={tool} onChange={setTool} options={TOOLS.map((value) => ({ value, label: value }))} />
        )}
      </div>
      {kind === "command" ? (
        <TextField label={t("simulator.command")} value={command} onChange={setCommand} isMono rows={3} maxLength={32_768} placeholder="git push && rm -rf build" />
      ) : (
        <TextField
          label={t("simulator.arguments")}
          value={json}
          onChange={setJson}
          isMono
          rows={4}
          error={hasTried && args === null ? t("simulator.noJson") : null}
        />
      )}
      <div>
        <Button type="submit" tone="primary" isPending={simulate.isPending} isDisabled={kind === "command" && !isReady} data-testid="simulate">
          {t("simulator.run")}
        </Button>
      </div>
      {simulate.error && (
        <Banner tone="danger" role="alert">
          {t.error(simulate.error)}
        </Banner>
      )}
      {simulate.data && <Verdict found={simulate.data} device={devices.find(({ id }) => id === simulate.variables?.deviceId)} />}
    </form>
  );
}

function Verdict({ found, device }: { found: Simulation; device: Device | undefined }) {
  const t = useTranslator();
  return (
    <div className="SimulatorSection-verdict" role="status" data-testid="simulation" data-outcome={found.outcome}>
      <dl className="SimulatorSection-words">
        <dt>{t("simulator.server")}</dt>
        <dd>
          <p className="SimulatorSection-outcome">
            {t(`simulator.outcome.${found.outcome}`)} <Badge tone={TONES[found.outcome]}>{t(`approval.grade.${found.grade}`)}</Badge>
          </p>
          <p className="SimulatorSection-note">{reason(t, found)}</p>
          {found.rules.length > 0 && (
            <ul className="SimulatorSection-rules">
              {found.rules.map((rule) => (
                <li key={rule.id}>
                  <Icon name="shield" size={14} /> {t("rules.in", { program: rule.program, folder: rule.folder })}
                </li>
              ))}
            </ul>
          )}
        </dd>
        <dt>{t("simulator.machine", { name: device?.name ?? "" })}</dt>
        <dd data-testid="simulation-device" data-state={found.device.state}>
          <p>{t(`simulator.machine.${found.device.state}`)}</p>
          {found.device.message && <p className="SimulatorSection-note">{found.device.message}</p>}
        </dd>
      </dl>
      <Segments title={t("simulator.parts")} segments={found.segments} />
    </div>
  );
}

function reason(t: ReturnType<typeof useTranslator>, found: Simulation): string {
  if (found.decidedBy === "grade") return t(`simulator.because.grade.${found.grade}`);
  if (found.decidedBy === "policy") return t("simulator.because.policy", { grade: t(`limits.maxGrade.${found.maxGrade}`) });
  return t(`simulator.because.${found.decidedBy}`);
}

function parsed(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
