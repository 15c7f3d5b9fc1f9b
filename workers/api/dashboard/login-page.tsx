import { type Frame, Page } from "./layout.tsx";

const nobody: Frame = { person: null, waiting: null, toggle: "/app/login", live: false };

/** With a key: a button that signs in. A GET never does, because mail scanners and previews follow links. */
export const LoginPage = ({ secret }: { secret: string | null }) => (
  <Page frame={nobody} title="Sign in">
    <div class="narrow stack">
      <p class="brand">tamma</p>
      <h1>Sign in</h1>
      {secret === null ? (
        <>
          <p>
            You are not signed in. On the machine where Tamma runs, run <code>tamma login</code> and open the
            link that it prints.
          </p>
          <p class="sub">
            The link works once, for ten minutes. If you came here from another site and are signed in
            already, <a href="/app">open the dashboard</a>.
          </p>
        </>
      ) : (
        <form method="post" action="/app/login">
          <input type="hidden" name="key" value={secret} />
          <p>This link signs this browser in. It works once, for ten minutes.</p>
          <button class="primary" type="submit">
            Sign in
          </button>
        </form>
      )}
    </div>
  </Page>
);
