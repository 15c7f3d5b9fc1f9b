import type { Provider } from "@tamma/core/ports/provider.ts";
import { holdAside } from "./broken.ts";

/** What the log of a loop says about a turn. */
export interface TurnRecord {
  wasReserved(turn: string): boolean;
  wasAnswered(turn: string): boolean;
}

/** What the provider was asked, held against the record: it is the one who sends the bill. */
export class TurnLaws {
  /** Turns to which it gave an answer that can be used. */
  readonly #useful = new Set<string>();

  /** @param record null: after a restore, when the log may lack what was reserved */
  watched(port: Provider, turn: string, record: () => TurnRecord | null): Provider {
    return {
      ...port,
      turn: (request, signal) => {
        this.#asked(turn, record());
        return this.#listen(turn, port.turn(request, signal));
      },
    };
  }

  #asked(turn: string, record: TurnRecord | null): void {
    if (!record) return;
    holdAside(record.wasReserved(turn), "5 no turn without its reservation", () => turn);
    const [, question, n] = /^(.*~ask:.*~t)(\d+)$/.exec(turn) ?? [];
    for (let before = 1; question !== undefined && before < Number(n); before += 1) {
      const other = `${question}${before}`;
      const known = this.#useful.has(other) && record.wasAnswered(other);
      holdAside(!known, "7 what was answered is not asked again", () => `${turn} after ${other}`);
    }
  }

  async *#listen(turn: string, events: ReturnType<Provider["turn"]>): ReturnType<Provider["turn"]> {
    for await (const event of events) {
      if (event.type === "answer" && isUseful(JSON.stringify(event.answer.content))) this.#useful.add(turn);
      yield event;
    }
  }
}

/** The scripted provider answers with JSON, or talks about the weather. */
const isUseful = (content: string): boolean => content.includes("{\\");
