/** The design system: tokens, primitives and content views. The only place with raw colours and lengths. No words. */
import "./tokens.css";
import "./base.css";

export { classes } from "./classes.ts";
export { Button, IconButton, type ButtonTone } from "./actions/Button.tsx";
export { CopyButton, type CopyLabels } from "./actions/CopyButton.tsx";
export { Checkbox } from "./forms/Checkbox.tsx";
export { Choices } from "./forms/Choices.tsx";
export { Segmented } from "./forms/Segmented.tsx";
export { Select, type SelectOption } from "./forms/Select.tsx";
export { TextField } from "./forms/TextField.tsx";
export { Badge, Dot } from "./feedback/Badge.tsx";
export { Banner, type Tone } from "./feedback/Banner.tsx";
export { ToastProvider, useToast } from "./feedback/Toasts.tsx";
export { EmptyState, Skeleton } from "./feedback/Waiting.tsx";
export { Icon, type IconName } from "./layout/Icon.tsx";
export { LocaleProvider } from "./layout/Locale.tsx";
export { Mark } from "./layout/Mark.tsx";
export { Row, Rows, Section } from "./layout/Section.tsx";
export { Dialog, Drawer } from "./overlays/Dialog.tsx";
export { Menu, type MenuGroup } from "./overlays/Menu.tsx";
export { MenuTriggerButton } from "./overlays/MenuTriggerButton.tsx";
export { CodeBlock } from "./content/CodeBlock.tsx";
export { DiffView } from "./content/DiffView.tsx";
export { diffOfReplacement, diffOfTexts, parseUnifiedDiff } from "./content/diff.ts";
export { languageOfPath } from "./content/highlight.ts";
export { Markdown } from "./content/Markdown.tsx";
