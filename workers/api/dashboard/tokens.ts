/** Colours of the dashboard, light and dark; every pair that carries text is tested for its contrast. */
export const tokens = {
  bg: ["#ffffff", "#0e1217"],
  surface: ["#f6f8fa", "#161b22"],
  text: ["#1b2128", "#e6eaef"],
  muted: ["#57606a", "#9aa4af"],
  control: ["#7d8590", "#6e7782"],
  accent: ["#0b5cad", "#6cb2ff"],
  success: ["#18703a", "#4cc26b"],
  failure: ["#b3261e", "#ff7b72"],
  needs: ["#7a5200", "#e3b341"],
  "success-tint": ["#e3f5e8", "#12291a"],
  "failure-tint": ["#fdeceb", "#34161a"],
  "needs-tint": ["#fff4d1", "#2d2410"],
  "accent-tint": ["#e6f0fb", "#12263d"],
} as const satisfies Record<string, readonly [light: string, dark: string]>;
export type Token = keyof typeof tokens;

/** The custom properties of one theme: 0 is light, 1 is dark. */
export function renderTokens(theme: 0 | 1): string {
  return Object.entries(tokens)
    .map(([name, values]) => `--${name}:${values[theme]}`)
    .join(";");
}
