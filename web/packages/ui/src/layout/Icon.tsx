const PATHS = {
  alert: "M8 2.2 14.2 13H1.8L8 2.2ZM8 6.4v3M8 11.2v.1",
  archive: "M2 3h12v3H2zM3 6v7h10V6M6.2 8.6h3.6",
  branch: "M4.5 5.5v5M4.5 10.5c0-3 7-1.5 7-5M4.5 2.4a1.55 1.55 0 1 1 0 3.1 1.55 1.55 0 0 1 0-3.1ZM4.5 10.5a1.55 1.55 0 1 1 0 3.1 1.55 1.55 0 0 1 0-3.1ZM11.5 2.4a1.55 1.55 0 1 1 0 3.1 1.55 1.55 0 0 1 0-3.1Z",
  check: "m3 8.6 3.2 3.2L13 4.6",
  chevronDown: "m4 6.2 4 4 4-4",
  chevronRight: "m6.2 4 4 4-4 4",
  clock: "M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2ZM8 5v3.2l2.2 1.5",
  close: "m4 4 8 8M12 4l-8 8",
  copy: "M5.5 5.5h7.8v7.8H5.5zM10.5 5.5V2.7H2.7v7.8h2.8",
  download: "M8 2.5v7.2M4.8 6.8 8 10l3.2-3.2M2.8 13.2h10.4",
  edit: "m3 13 .7-3.2 7.4-7.4 2.5 2.5-7.4 7.4L3 13ZM9.6 3.9l2.5 2.5",
  file: "M3.8 2h5l3.4 3.4V14H3.8zM8.6 2.2v3.4h3.4",
  fileEdit: "M12.2 6V5.4L8.8 2h-5v12h3M8.6 2.2v3.4h3.4M8.6 13.6l.4-1.9 3.4-3.4 1.5 1.5-3.4 3.4-1.9.4Z",
  folder: "M1.8 3.6h4.4l1.4 1.8h6.6v7.4H1.8z",
  history: "M2.4 8a5.6 5.6 0 1 0 1.8-4.1L2.4 5.4M2.4 2.6v2.8h2.8M8 5v3.2l2.2 1.3",
  info: "M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2ZM8 7.2v3.6M8 5v.1",
  key: "M10.6 2.4a3 3 0 1 1-2.5 4.7L2.6 12.6v1h2v-1.4H6v-1.4h1.3l1.9-1.9M11 5.2v.1",
  laptop: "M3.2 3h9.6v7H3.2zM1.4 12.6h13.2",
  link: "M6.6 9.4 9.4 6.6M7.2 4.4l1.4-1.4a3.1 3.1 0 0 1 4.4 4.4l-1.4 1.4M8.8 11.6l-1.4 1.4A3.1 3.1 0 0 1 3 8.6l1.4-1.4",
  menu: "M2.2 4h11.6M2.2 8h11.6M2.2 12h11.6",
  more: "M3.4 8h.1M8 8h.1M12.6 8h.1",
  plus: "M8 3v10M3 8h10",
  refresh: "M13.4 8a5.4 5.4 0 1 1-1.7-3.9l1.7 1.5M13.4 2.6v3h-3",
  search: "M7 2.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8ZM10.3 10.3l3.3 3.3",
  send: "M8 13V3.4M3.8 7.4 8 3.2l4.2 4.2",
  settings: "M2 4.6h6.4M11.6 4.6H14M2 11.4h2.4M7.6 11.4H14M10 3a1.6 1.6 0 1 1 0 3.2A1.6 1.6 0 0 1 10 3ZM6 9.8A1.6 1.6 0 1 1 6 13a1.6 1.6 0 0 1 0-3.2Z",
  shield: "M8 1.8 13.2 4v4c0 3.2-2.2 5.2-5.2 6.2C5 13.2 2.8 11.2 2.8 8V4L8 1.8Z",
  signOut: "M6.4 2.6H2.8v10.8h3.6M10.4 5l3 3-3 3M13 8H6",
  star: "m8 2.2 1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4-2.9-2.8 4-.6L8 2.2Z",
  stop: "M4.2 4.2h7.6v7.6H4.2z",
  terminal: "M1.8 2.8h12.4v10.4H1.8zM4.4 6l2 2-2 2M8.2 10.2h3.2",
  trash: "M2.6 4.2h10.8M6 4V2.4h4V4M4 4.4l.6 9.2h6.8l.6-9.2M6.6 6.8v4.4M9.4 6.8v4.4",
  undo: "M3 6.4h6.4a3.4 3.4 0 1 1 0 6.8H6M5.8 3.4 2.8 6.4l3 3",
  user: "M8 2.4a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM2.8 13.6c.5-2.6 2.6-3.8 5.2-3.8s4.7 1.2 5.2 3.8",
  users: "M6 2.8a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM1.4 13.2c.4-2.4 2.2-3.6 4.6-3.6s4.2 1.2 4.6 3.6M10.4 3a2.4 2.4 0 0 1 0 4.6M12 9.8c1.4.5 2.3 1.6 2.6 3.4",
  unplugged: "M2.4 2.4l11.2 11.2M5 5 3.4 6.6a3.2 3.2 0 0 0 0 4.5l1.5 1.5a3.2 3.2 0 0 0 4.5 0L11 11M7.4 4.4l1-1a3.2 3.2 0 0 1 4.5 4.5l-1 1",
} as const;

export type IconName = keyof typeof PATHS;

/** A 16-unit line icon. Decorative: the control or text beside it carries the name. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const isDot = name === "more";
  return (
    <svg
      className="Icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={name === "stop" ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={isDot ? 2 : 1.35}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
