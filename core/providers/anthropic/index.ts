import type Anthropic from "@anthropic-ai/sdk";
import { APIError } from "@anthropic-ai/sdk";
import type { Provider, TurnEvent } from "../../ports/provider.ts";
import type { TurnError, TurnRequest } from "../../protocol/model-turn.ts";
import { labelHeaders } from "../_shared/label-headers.ts";
import { modelFacts } from "../_shared/prices.ts";
import { BrokenStream, collectAnswer } from "./answer.ts";
import { anthropicClient, type ClientOptions } from "./client.ts";
import { convertRequest } from "./convert.ts";
import { stoppedError, turnErrorOf } from "./errors.ts";

export interface AnthropicOptions extends ClientOptions {
  readonly model: string;
  /** Milliseconds since the epoch, for `retryAt`. */
  readonly now: () => number;
}

/** Anthropic's Messages API, or whatever speaks it at `baseUrl`. */
export function anthropicProvider(options: AnthropicOptions): Provider {
  const client = anthropicClient(options);
  const facts = modelFacts("anthropic", options.model);
  return {
    facts: () => facts,
    turn: (request, signal) => turn(client, options, request, signal),
    check: (signal) => check(client, options, signal),
  };
}

async function* turn(
  client: Anthropic,
  options: AnthropicOptions,
  request: TurnRequest,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  const collected = collectAnswer();
  let requestId: string | null = null;
  try {
    const opened = await client.messages
      .create(convertRequest(options.model, request), { signal, headers: labelHeaders(request.labels) })
      .withResponse();
    requestId = opened.request_id ?? null;
    const wrongType = wrongContentType(opened.response);
    if (wrongType !== null) {
      opened.data.controller.abort();
      throw new BrokenStream(`it is ${wrongType}`);
    }
    for await (const event of opened.data) {
      const text = collected.add(event);
      if (text !== "") yield { type: "text", text };
      // Not waiting for the connection's end: some proxies keep it open.
      if (collected.complete()) break;
    }
    // The SDK ends its iteration silently when the signal aborts.
    if (!collected.complete() && signal.aborted) {
      yield { type: "error", error: stoppedError(requestId), usage: collected.usage() };
      return;
    }
    yield { type: "answer", answer: collected.answer() };
  } catch (thrown) {
    const error = signal.aborted
      ? stoppedError(requestId)
      : turnErrorOf(thrown, { now: options.now(), requestId });
    yield { type: "error", error, usage: collected.usage() };
  }
}

/** A proxy's page is named as such; no type at all is given the benefit of the doubt. */
function wrongContentType(response: Response): string | null {
  const type = response.headers.get("content-type");
  return type === null || type.includes("text/event-stream") ? null : type;
}

async function check(
  client: Anthropic,
  options: AnthropicOptions,
  signal: AbortSignal,
): Promise<TurnError | null> {
  try {
    await client.models.retrieve(options.model, undefined, { signal });
    return null;
  } catch (thrown) {
    if (signal.aborted) return stoppedError(null);
    const error = turnErrorOf(thrown, { now: options.now(), requestId: null });
    if (error.kind === "auth") return error;
    // Any answer, even a senseless one, means that somebody is there; only silence is a fault.
    const answered = error.kind === "garbage" || (thrown instanceof APIError && thrown.status !== undefined);
    return answered ? null : error;
  }
}
