/**
 * A Messages API served inside the test: `fetch` is replaced for its address and nothing else. Each answer is
 * chosen by the step that the request's own headers name.
 */
export interface ScriptedProvider {
  /** What is answered at a step from now on: text, a status with an empty body, or a promise of text. */
  answers: Record<string, () => string | number | Promise<string>>;
  calls: { step: string; turn: string; body: string }[];
  restore(): void;
}

const address = "http://provider.test";

export function scriptedProvider(answers: ScriptedProvider["answers"]): ScriptedProvider {
  const real = globalThis.fetch;
  const restore = () => {
    globalThis.fetch = real;
  };
  const scripted: ScriptedProvider = { answers, calls: [], restore };
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(address)) return real(request);
    const step = request.headers.get("x-tamma-step") ?? "";
    scripted.calls.push({
      step,
      turn: request.headers.get("x-tamma-turn") ?? "",
      body: await request.text(),
    });
    const answer = await Promise.race([(scripted.answers[step] ?? (() => 404))(), aborted(request.signal)]);
    if (typeof answer === "number") return new Response("{}", { status: answer });
    return new Response(eventStream(answer), { headers: { "content-type": "text/event-stream" } });
  };
  return scripted;
}

/** As a real connection would: rejects when the caller gives up. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
  });
}

function eventStream(text: string): string {
  const usage = {
    input_tokens: 100,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  const message = { id: "msg_1", type: "message", role: "assistant", content: [], model: "scripted", usage };
  const half = Math.ceil(text.length / 2);
  const delta = (part: string) => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: part },
  });
  const events = [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    delta(text.slice(0, half)),
    delta(text.slice(half)),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 50 },
    },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}
