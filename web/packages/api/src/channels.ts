import { segment, type Http, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** The user's own bots and addresses elsewhere, by which they talk to the assistant. */
export function channels(http: Http) {
  const at = (id: string) => `/channels/${segment(id)}`;
  return {
    list: (signal?: Signal) => http.json<Types.Page<Types.Channel>>("GET", "/channels", { query: { limit: 100 }, signal }),
    create: (body: Types.ChannelInput) => http.json<Types.NewChannel>("POST", "/channels", { body }),
    save: (id: string, body: Types.ChannelChange) => http.json<Types.Channel>("PUT", at(id), { body }),
    remove: (id: string) => http.json<void>("DELETE", at(id)),
    check: (id: string) => http.json<Types.Channel>("POST", `${at(id)}/check`),
    pair: (id: string) => http.json<Types.PairingCode>("POST", `${at(id)}/pairing`),
    test: (id: string) => http.json<void>("POST", `${at(id)}/test`),
    setPaused: (id: string, isPaused: boolean) => http.json<Types.Channel>("POST", `${at(id)}/${isPaused ? "pause" : "resume"}`),
  };
}
