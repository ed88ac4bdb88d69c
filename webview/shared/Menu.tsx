import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "./Icon.tsx";

export interface MenuItem {
  id: string;
  label: string;
  /** Said behind the label, in a quieter voice. */
  note?: string;
  icon?: string;
  checked?: boolean;
  run: () => void;
}

interface MenuProps {
  label: string;
  class: string;
  items: MenuItem[];
  children: ComponentChildren;
}

/** A button that opens a menu: arrows, Home and End move, Escape and Tab close, focus returns to the button. */
export function Menu({ label, class: className, items, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>('[aria-checked="true"], [role^="menuitem"]')?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    if (event.key === "Tab") setOpen(false);
    const all = [...(root.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || all.length === 0) return;
    event.preventDefault();
    all[to % all.length]?.focus();
  };
  const choose = (item: MenuItem) => {
    close();
    item.run();
  };

  return (
    <div class="menu" ref={root}>
      <button
        ref={button}
        type="button"
        class={className}
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <div id={id} class="menu-items" role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
          {items.map((item) => (
            <button key={item.id} type="button" {...roleOf(item)} tabIndex={-1} onClick={() => choose(item)}>
              <Icon name={item.icon ?? (item.checked ? "check" : "blank")} />
              {item.label}
              {item.note && <span class="quiet"> {item.note}</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function roleOf({ checked }: MenuItem) {
  return checked === undefined
    ? { role: "menuitem" as const }
    : { role: "menuitemradio" as const, "aria-checked": checked };
}
