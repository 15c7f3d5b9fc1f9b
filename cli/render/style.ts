import type { StepView } from "@tamma/core/domain/loop/view.ts";
import pico from "picocolors";

/** How things look on this terminal. State is always glyph and word; colour only repeats it. */
export interface Style {
  glyph(state: StepView["state"]): string;
  paint(state: StepView["state"], text: string): string;
  bold(text: string): string;
  dim(text: string): string;
  dot: string;
  line: string;
  ellipsis: string;
}

const unicodeGlyphs: Record<StepView["state"], string> = {
  done: "✓",
  failed: "✗",
  "needs you": "●",
  running: "▸",
  waiting: "◷",
  retry: "↻",
  pending: "·",
  skipped: "–",
};

const asciiGlyphs: Record<StepView["state"], string> = {
  done: "+",
  failed: "x",
  "needs you": "!",
  running: ">",
  waiting: "=",
  retry: "~",
  pending: ".",
  skipped: "-",
};

export function createStyle({ color, unicode }: { color: boolean; unicode: boolean }): Style {
  const colors = pico.createColors(color);
  const paints: Record<StepView["state"], (text: string) => string> = {
    done: colors.green,
    failed: colors.red,
    "needs you": (text) => colors.bold(colors.yellow(text)),
    running: colors.cyan,
    waiting: colors.cyan,
    retry: colors.yellow,
    pending: colors.dim,
    skipped: colors.dim,
  };
  return {
    glyph: (state) => (unicode ? unicodeGlyphs : asciiGlyphs)[state],
    paint: (state, text) => paints[state](text),
    bold: colors.bold,
    dim: colors.dim,
    dot: unicode ? "·" : "-",
    line: unicode ? "─" : "-",
    ellipsis: unicode ? "…" : "...",
  };
}
