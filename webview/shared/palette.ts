/** Colours and type of the theme, for drawing on a canvas; CSS reads the same variables by itself. */
export interface Palette {
  foreground: string;
  background: string;
  /** Axis labels. */
  dim: string;
  /** Faint lines: grids. */
  grid: string;
  /** Lines between tracks. */
  separator: string;
  blue: string;
  purple: string;
  green: string;
  cyan: string;
  /** Identity without a colour of its own. */
  neutral: string;
  red: string;
  /** For lines and icons alone: as text it is too faint on a light ground. */
  yellow: string;
  fontFamily: string;
  /** High contrast: no tints. */
  highContrast: boolean;
}

/** A colour at a share of its strength, 0 to 100. */
export function tint(color: string, percent: number): string {
  return `color-mix(in srgb, ${color} ${percent}%, transparent)`;
}

/** Reads the theme as it is now. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const highContrast = document.body.classList.contains("vscode-high-contrast");
  const variable = (name: string) => style.getPropertyValue(`--vscode-${name}`).trim();
  const foreground = variable("foreground") || "CanvasText";
  const color = (name: string) => variable(name) || foreground;
  const separator = variable("contrastBorder") || variable("panel-border");
  return {
    foreground,
    background: variable("editor-background") || "Canvas",
    dim: color("descriptionForeground"),
    grid: tint(foreground, highContrast ? 30 : 8),
    separator: separator || tint(foreground, 20),
    blue: color("charts-blue"),
    purple: color("charts-purple"),
    green: color("charts-green"),
    cyan: color("terminal-ansiCyan"),
    neutral: tint(foreground, highContrast ? 100 : 55),
    red: color("charts-red"),
    yellow: color("charts-yellow"),
    fontFamily: variable("font-family") || "system-ui, sans-serif",
    highContrast,
  };
}

/** Calls back when VS Code has put another theme on the page. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["style", "class"] });
  observer.observe(document.body, { attributeFilter: ["class", "data-vscode-theme-kind", "data-vscode-theme-id"] });
}
