import type { Ask } from "@tamma/core/domain/loop/view.ts";
import type { Asker } from "./asker.ts";
import { askText, type PromptView } from "./checkpoint.ts";

type Questions = Extract<Ask, { kind: "questions" }>["questions"];
type Card = Extract<Ask, { kind: "escalation" }>["card"];
type Choice = Card["choices"][number];

/** Asks every question; an empty line takes the suggested answer. */
export async function promptQuestions(
  questions: Questions,
  asker: Asker,
): Promise<{ question: string; answer: string }[]> {
  const answers: { question: string; answer: string }[] = [];
  for (const [index, one] of questions.entries()) {
    const typed = await asker.ask(`answer ${index + 1} (Enter takes the suggestion): `);
    answers.push({ question: one.id, answer: typed === "" ? one.suggested : typed });
  }
  return answers;
}

const texts: Record<Choice, { prompt: string; needed: boolean }> = {
  retry: { prompt: "hint for the next attempt (may be empty): ", needed: false },
  "take-over": { prompt: "note for the record (may be empty): ", needed: false },
  split: { prompt: "titles of the new issues, with ; between them: ", needed: true },
  abandon: { prompt: "why: ", needed: true },
};

/** Asks what to do about an escalation: a word of the card, or its first letter. */
export async function promptEscalation(
  card: Card,
  asker: Asker,
  view: PromptView,
): Promise<{ choice: Choice; text: string }> {
  for (;;) {
    view.say(card.choices.map((choice) => `${choice.slice(0, 1)} ${choice}`).join("   "));
    const typed = (await asker.ask("> ")).toLowerCase();
    const choice = card.choices.find((one) => one === typed || one.slice(0, 1) === typed);
    if (choice) {
      const { prompt, needed } = texts[choice];
      const text = needed ? await askText(asker, view, prompt) : await asker.ask(prompt);
      // The wire has one title a line, which one line of a prompt cannot hold.
      return {
        choice,
        text:
          choice === "split"
            ? text
                .split(";")
                .map((title) => title.trim())
                .join("\n")
            : text,
      };
    }
    if (typed !== "") view.say(`"${typed}" is none of the choices`);
  }
}

/** Asks whether an obstacle is out of the way. */
export async function promptObstacle(
  asker: Asker,
  view: PromptView,
): Promise<{ choice: "clear" } | { choice: "cancel"; reason: string }> {
  for (;;) {
    view.say("1 it is out of the way, go on   0 stop the loop");
    const typed = (await asker.ask("> ")).toLowerCase();
    if (typed === "1") return { choice: "clear" };
    if (typed === "0" || typed === "n")
      return { choice: "cancel", reason: await askText(asker, view, "why: ") };
    if (typed !== "") view.say(`"${typed}" is none of the choices`);
  }
}
