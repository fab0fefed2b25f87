/** What the gateway client needs from its surroundings, so that tests can script them. */
export interface Environment {
  openSocket(url: string): Socket;
  setTimer(run: () => void, ms: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  random(): number;
  isOnline(): boolean;
  /** Calls back when the network or the page's visibility changes. Returns the way to stop. */
  onWake(listener: () => void): () => void;
}

export type TimerHandle = number | object;

/** The part of WebSocket that is used. */
export interface Socket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}

/** `isServerLocal`: the server is this very machine, which can be reached without any network. */
export function browserEnvironment({ isServerLocal }: { isServerLocal: boolean }): Environment {
  return {
    openSocket: (url) => new WebSocket(url) as unknown as Socket,
    setTimer: (run, ms) => window.setTimeout(run, ms),
    clearTimer: (handle) => window.clearTimeout(handle as number),
    random: Math.random,
    isOnline: () => isServerLocal || navigator.onLine,
    onWake: (listener) => {
      const whenVisible = () => document.visibilityState === "visible" && listener();
      window.addEventListener("online", listener);
      window.addEventListener("offline", listener);
      document.addEventListener("visibilitychange", whenVisible);
      return () => {
        window.removeEventListener("online", listener);
        window.removeEventListener("offline", listener);
        document.removeEventListener("visibilitychange", whenVisible);
      };
    },
  };
}
