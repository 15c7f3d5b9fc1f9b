import { Hono } from "hono";
import type { AppEnv } from "../bindings.ts";
import { sameOrigin } from "../middleware/same-origin.ts";
import { signedIn } from "../middleware/session.ts";
import { decisionRoutes } from "./decision-routes.tsx";
import { homeRoutes } from "./home-routes.tsx";
import { loginRoutes } from "./login-routes.tsx";
import { loopPageRoutes } from "./loop-routes.tsx";
import { createProviderLabel } from "./provider-label.ts";
import { repositoryPageRoutes } from "./repository-routes.tsx";
import { styleSheet, styleVersion } from "./style.ts";

/** Everything below `/app`: pages made on the server, links and forms, no script. */
export function dashboardRoutes() {
  const routes = new Hono<AppEnv>();
  const providerLabel = createProviderLabel();
  routes.use("*", sameOrigin);
  routes.get("/style.css", (c) =>
    c.body(styleSheet, 200, {
      "content-type": "text/css; charset=utf-8",
      // Named by its content it never changes; asked for without a name it may be tomorrow's.
      "cache-control": c.req.query("v") === styleVersion ? "public, max-age=31536000, immutable" : "no-cache",
    }),
  );
  routes.route("/", loginRoutes());
  routes.use("*", signedIn);
  routes.route("/", homeRoutes(providerLabel));
  routes.route("/loops", loopPageRoutes(providerLabel));
  routes.route("/loops", decisionRoutes(providerLabel));
  routes.route("/repos", repositoryPageRoutes());
  return routes;
}
