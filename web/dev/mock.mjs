#!/usr/bin/env node
/**
 * A stand-in for the OpenClaw server, for working on the console's looks without one. Deterministic, in memory, one
 * user, no security at all: never more than a development tool.
 *
 *   node dev/mock.mjs [--scenario fresh|empty|full] [--port 4100] [--gateway 4101] [--bridge] [--demo] [--quiet]
 *
 * fresh: no account yet · empty: signed in, no machine · full: signed in, with conversations in every state.
 * --bridge also answers on 127.0.0.1:43115 as the bridge program would. --demo leaves out model providers.
 */
import { parseArgs } from "node:util";

import { startBridge } from "./mock/bridge.mjs";
import { startGateway } from "./mock/gateway.mjs";
import { startRest } from "./mock/rest.mjs";
import { createState } from "./mock/state.mjs";

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "full" },
    port: { type: "string", default: "4100" },
    gateway: { type: "string", default: "4101" },
    bridge: { type: "boolean", default: false },
    demo: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
  },
});

const state = createState({ scenario: values.scenario, isDemo: values.demo, gatewayPort: Number(values.gateway) });
const gateway = startGateway(state, Number(values.gateway));
startRest(state, gateway, Number(values.port));
if (values.bridge) startBridge(state, gateway);
if (!values.quiet) console.log(`mock server on http://127.0.0.1:${values.port} (${values.scenario})`);
