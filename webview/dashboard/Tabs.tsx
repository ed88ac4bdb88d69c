import type { ComponentChildren } from "preact";
import type { DashboardPageName } from "../../src/model/dashboard.ts";
import { Icon, SeverityIcon } from "../shared/Icon.tsx";

const pages: { name: DashboardPageName; title: string }[] = [
  { name: "overview", title: "Overview" },
  { name: "turns", title: "Turns" },
  { name: "resources", title: "Resources" },
  { name: "memory", title: "Memory" },
  { name: "runs", title: "Runs" },
];

interface TabsProps {
  page: DashboardPageName;
  narrow: boolean;
  /** The page of memory has a leak to show. */
  leaks: boolean;
  go: (page: DashboardPageName) => void;
  /** Right of the tabs. */
  children?: ComponentChildren;
}

/** The dashboard's pages: tabs with arrow keys, a dropdown where there is no room for them. */
export function Tabs({ page, narrow, leaks, go, children }: TabsProps) {
  return (
    <div class="tabs">
      {narrow ? <Dropdown page={page} leaks={leaks} go={go} /> : <TabList page={page} leaks={leaks} go={go} />}
      {children}
    </div>
  );
}

function TabList({ page, leaks, go }: Pick<TabsProps, "page" | "leaks" | "go">) {
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const at = pages.findIndex(({ name }) => name === page);
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: pages.length - 1 };
    const to = moves[event.key as keyof typeof moves];
    if (to === undefined) return;
    event.preventDefault();
    const place = (to + pages.length) % pages.length;
    const next = pages[place];
    if (!next) return;
    go(next.name);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[place]?.focus();
  };
  return (
    <div role="tablist" aria-label="Pages" onKeyDown={onKeyDown}>
      {pages.map(({ name, title }) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === page}
          tabIndex={name === page ? 0 : -1}
          onClick={() => go(name)}
        >
          {title}
          {name === "memory" && leaks && (
            <>
              <SeverityIcon severity="warning" /> <span class="unseen">leak</span>
            </>
          )}
        </button>
      ))}
    </div>
  );
}

function Dropdown({ page, leaks, go }: Pick<TabsProps, "page" | "leaks" | "go">) {
  return (
    <nav aria-label="Pages">
      <span class="field select">
        <select
          aria-label="Page"
          value={page}
          onChange={({ currentTarget }) => go(currentTarget.value as DashboardPageName)}
        >
          {pages.map(({ name, title }) => (
            <option key={name} value={name}>
              {name === "memory" && leaks ? `${title}: leak` : title}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </span>
    </nav>
  );
}
