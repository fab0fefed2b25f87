import { Autocomplete, Dialog, Header, Input, Menu, MenuItem, MenuSection, Modal, ModalOverlay, Text, TextField } from "react-aria-components";

import { classes } from "../classes.ts";
import { Icon, type IconName } from "../layout/Icon.tsx";

import "./Finder.css";

export interface FinderItem {
  id: string;
  label: string;
  detail?: string;
  icon: IconName;
}

export interface FinderGroup {
  id: string;
  label: string;
  items: readonly FinderItem[];
}

export interface FinderProps {
  isOpen: boolean;
  onClose: () => void;
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  /** What fits, in order: it is not narrowed here. */
  groups: readonly FinderGroup[];
  onChoose: (item: FinderItem) => void;
  /** Said while there is nothing to choose from. */
  noneText: string;
  /** Said to screen readers, such as how many there are. */
  status: string;
  isBusy: boolean;
  hint: string;
}

/** A field over everything, and what fits below it: the keyboard stays in the field, and arrows choose. */
export function Finder(props: FinderProps) {
  const { isOpen, onClose, label, placeholder, text, onText, groups, onChoose, noneText, status, isBusy, hint } = props;
  const all = groups.flatMap(({ items }) => items);
  const choose = (id: unknown) => {
    const item = all.find((one) => one.id === id);
    if (item) onChoose(item);
  };
  return (
    <ModalOverlay className="Finder-scrim" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className="Finder">
        <Dialog className="Finder-dialog" aria-label={label} data-testid="finder">
          {/* No search field: there Escape empties it first. */}
          <Autocomplete inputValue={text} onInputChange={onText}>
            <TextField className="Finder-field" aria-label={label} autoFocus>
              <Icon name="search" />
              <Input className="Finder-input" placeholder={placeholder} spellCheck="false" data-testid="finder-input" />
              <span className={classes("Finder-busy", isBusy && "Finder-busy--on")} />
            </TextField>
            <Menu className="Finder-list" aria-label={label} onAction={choose} renderEmptyState={() => <p className="Finder-none">{noneText}</p>}>
              {groups.map(({ id, label: heading, items }) => (
                <MenuSection key={id} className="Finder-group">
                  <Header className="Finder-heading">{heading}</Header>
                  {items.map((item) => (
                    <MenuItem key={item.id} id={item.id} textValue={item.label} className="Finder-item">
                      <Icon name={item.icon} />
                      <Text slot="label" className="Finder-text">
                        {item.label}
                      </Text>
                      {item.detail && <span className="Finder-detail">{item.detail}</span>}
                    </MenuItem>
                  ))}
                </MenuSection>
              ))}
            </Menu>
          </Autocomplete>
          <p className="Finder-hint" aria-hidden="true">
            {hint}
          </p>
          <p className="visually-hidden" role="status">
            {status}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
