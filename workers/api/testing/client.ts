import { createApp } from "../app.ts";
import type { Bindings } from "../bindings.ts";
import { FakeOrchestrator } from "./fake-orchestrator.ts";

export const origin = "http://127.0.0.1:8787";
export const token = "local-token-of-the-tests";

type Sent = Record<string, string>;

/** The real app over an orchestrator in memory, with a browser, a REST client and a runner in front of it. */
export function createClient() {
  const orchestrator = new FakeOrchestrator();
  const app = createApp();
  const env: Bindings = {
    ORCHESTRATOR: orchestrator,
    TAMMA_TOKEN: token,
    TAMMA_USER: "ada",
    TAMMA_ORIGIN: origin,
  };
  const request = async (path: string, init: RequestInit = {}) => app.request(`${origin}${path}`, init, env);
  orchestrator.sessions.set("session-of-ada", "ada");
  const cookie = { cookie: "tamma_session=session-of-ada" };
  const json = (body: unknown) => (typeof body === "string" ? body : JSON.stringify(body));
  const bearer = (of: string) => ({ authorization: `Bearer ${of}`, "content-type": "application/json" });

  return {
    app,
    orchestrator,
    env,
    request,
    /** A REST call; a string body is sent as it is. */
    api: (method: string, path: string, body?: unknown, headers: Sent = {}) =>
      request(`/api/v1${path}`, {
        method,
        headers: { ...bearer(token), ...headers },
        ...(body === undefined ? {} : { body: json(body) }),
      }),
    /** A page as the signed-in browser gets it. */
    page: (path: string) => request(path, { headers: cookie }),
    /** A form as the signed-in browser posts it from our own page. */
    post: (path: string, fields: Sent, headers: Sent = {}) =>
      request(path, {
        method: "POST",
        headers: {
          ...cookie,
          origin,
          "sec-fetch-site": "same-origin",
          "content-type": "application/x-www-form-urlencoded",
          ...headers,
        },
        body: new URLSearchParams(fields).toString(),
      }),
    /** A runner's call. */
    runner: (path: string, body?: unknown, headers: Sent = {}, method = "POST") =>
      request(`/runner/v1${path}`, {
        method,
        headers: { ...bearer("good-runner-token"), ...headers },
        ...(body === undefined ? {} : { body: json(body) }),
      }),
  };
}

/** Hidden fields of the first form with that action and, when given, that value among its fields. */
export function formOf(html: string, action: string, value: string | null = null): Sent {
  const forms = html.split("<form ").slice(1);
  const form = forms.find(
    (text) => text.includes(`action="${action}"`) && (value === null || text.includes(`value="${value}"`)),
  );
  if (form === undefined) throw new Error(`no form for ${action} ${value}`);
  const fields: Sent = {};
  const body = form.slice(0, form.indexOf("</form>"));
  for (const [, name = "", value = ""] of body.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g))
    fields[name] = value;
  return fields;
}
