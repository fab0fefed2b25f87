import { segment, type Http, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** Machines that carry runs of a workspace, and the tokens with which they become such. */
export function hosts(http: Http) {
  const at = (id: string) => `/hosts/${segment(id)}`;
  return {
    list: (query: { includeRevoked?: boolean; cursor?: string | null; limit?: number } = {}, signal?: Signal) =>
      http.json<Types.Page<Types.Host>>("GET", "/hosts", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.Host>("GET", at(id), { signal }),
    update: (id: string, body: Types.HostChange) => http.json<Types.Host>("PATCH", at(id), { body }),
    revoke: (id: string) => http.json<void>("DELETE", at(id)),
    /** Its old credential is void by then. */
    rotate: (id: string) => http.json<Types.NewHostToken>("POST", `${at(id)}/rotate`),
    tokens: (signal?: Signal) => http.json<Types.Page<Types.HostToken>>("GET", "/host-tokens", { signal }),
    createToken: (body: Types.HostTokenInput) => http.json<Types.NewHostToken>("POST", "/host-tokens", { body }),
    revokeToken: (id: string) => http.json<void>("DELETE", `/host-tokens/${segment(id)}`),
  };
}
