/** What a person reads first: where things are, who answers for the model, and why. */
export interface FirstScreen {
  url: string;
  dashboard: string;
  state: string;
  repository: string;
  branch: string | null;
  provider: string;
  model: string;
  /** Set when no model answers: "scripted by hand, no model was called". */
  label: string | null;
  why: string;
  /** Null: plain Git. Its pages are where people look and answer. */
  platform: { name: string; url: string; pages: string; simulated: true } | null;
  /** What stands around the project's commands. */
  sandbox: string;
  warnings: string[];
}

export function renderFirstScreen(screen: FirstScreen): string {
  const { provider, model, label, why } = screen;
  const rows = [
    ...platformRows(screen.platform),
    ["server", screen.url],
    ["dashboard", screen.dashboard],
    ["", "the link signs your browser in once, within ten minutes"],
    ["state", screen.state],
    [
      "repository",
      screen.branch === null ? screen.repository : `${screen.repository}, branch ${screen.branch}`,
    ],
    ["provider", label ?? `${provider}, model ${model}`],
    ["", `because ${why}`],
    ["sandbox", screen.sandbox],
    ...screen.warnings.map((warning) => ["warning", warning]),
  ];
  return `\nTamma\n${rows.map(([name = "", value]) => `  ${name.padEnd(11)}${value}`).join("\n")}\n\n`;
}

function platformRows(platform: FirstScreen["platform"]): string[][] {
  if (platform === null) return [];
  const { name, url, pages } = platform;
  return [
    ["platform", `simulated ${name} at ${url}`],
    ["", "no real platform and no account; git, REST, webhooks and their signatures are real HTTP"],
    ["", "its checks pass by themselves, and it forgets everything when it ends"],
    ["look", `${pages}/ shows what happened there so far`],
    ["more work", `curl -d tamma ${pages}/issues/2/labels starts a loop for issue 2`],
  ];
}
