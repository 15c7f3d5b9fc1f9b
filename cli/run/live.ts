import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import { renderLoop } from "../render/steps.ts";
import type { Style } from "../render/style.ts";
import type { Terminal } from "../terminal.ts";

/** A steady picture: more often than ten times a second only flickers. */
const repaintMinMs = 100;
/** Running times grow even when nothing happens. */
const tickMs = 1_000;

/** The steps of a loop on a terminal, painted over in place. */
export interface Live {
  show(view: LoopView): void;
  /** Leaves the last picture where it is; what is written next stands below it. */
  stop(): void;
}

export function createLive(terminal: Terminal, style: Style): Live {
  let shown: LoopView | null = null;
  let painted = "";
  let lines = 0;
  let paintedAt = 0;
  let timer: NodeJS.Timeout | null = null;

  const paint = () => {
    timer = null;
    if (!shown) return;
    const picture = renderLoop(shown, Date.now(), style, terminal.columns() - 1);
    const text = `${picture.join("\n")}\n`;
    paintedAt = Date.now();
    if (text !== painted) {
      // Up to the first line and clear to the end of the screen, in one write so that nothing flickers.
      terminal.err(`${lines > 0 ? `\u001b[${lines}A\u001b[0J` : ""}${text}`);
      painted = text;
      lines = picture.length;
    }
    schedule(tickMs);
  };
  const schedule = (ms: number) => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(paint, ms);
    timer.unref();
  };
  return {
    show(view) {
      shown = view;
      const due = paintedAt + repaintMinMs - Date.now();
      if (due <= 0) paint();
      else schedule(due);
    },
    stop() {
      if (timer) clearTimeout(timer);
      if (shown) paint();
      if (timer) clearTimeout(timer);
      timer = null;
      shown = null;
      painted = "";
      lines = 0;
    },
  };
}
