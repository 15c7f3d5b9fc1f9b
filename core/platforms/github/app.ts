import { SignJWT } from "jose";
import { z } from "zod";
import type { Instant } from "../../domain/ids.ts";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import type { GitAccess, GitRight } from "../../ports/git-access.ts";
import { PlatformError } from "../../ports/platform.ts";
import type { Permission } from "../../ports/platform-reading.ts";
import type { Transport } from "../_shared/transport.ts";
import { instant } from "../_shared/webhook-reading.ts";
import { orNull, shaped } from "./answers.ts";
import { appKey } from "./app-key.ts";
import { type Authorization, githubClient } from "./client.ts";
import { wantedPermissions } from "./rights.ts";
import * as shapes from "./shapes.ts";

/**
 * Asks as an App: with a JWT about the App itself, with a token of its installation about one repository.
 * Source: GitHub Docs, "Generating a JSON Web Token for a GitHub App" and "Create an installation access
 * token for an app".
 */
export interface GithubApp {
  readonly authorization: Authorization;
  /** By what was granted: GitHub shows an App no permissions in the repository itself. */
  permission(): Promise<Permission>;
  /** A token of its own for git, which can do no more than this. */
  gitAccess(right: GitRight): Promise<GitAccess>;
  /** The App's own account, which writes its comments. */
  me(): Promise<PlatformUser>;
}

export interface AppOptions {
  /** Its client id, or its number. */
  appId: string;
  /** PEM, as GitHub hands it out. */
  privateKey: string;
  baseUrl: string;
  owner: string;
  repo: string;
  transport: Transport;
  now: () => Instant;
}

/** With a token as its password GitHub takes this name (GitHub Docs, "Authenticating as an installation"). */
export const gitUser = "x-access-token";

/** Their clock may be behind ours: a token of the future is refused. */
const issuedBeforeMs = 60_000;
/** GitHub takes ten minutes at most, by its own clock. */
const jwtMs = 540_000;
/** A token lives for an hour; whatever begins with it must end before. */
const renewBeforeMs = 300_000;

const installation = z.object({ id: shapes.id, permissions: z.record(z.string(), z.string()) });
const accessToken = z.object({ token: z.string().min(1), expires_at: instant });
const appNow = z.object({ slug: z.string().min(1) });

type Rights = Record<string, "read" | "write">;

interface Token {
  text: string;
  expiresAt: Instant;
  permissions: Readonly<Record<string, string>>;
}

export function githubApp(options: AppOptions): GithubApp {
  const { baseUrl, transport, now, owner, repo } = options;
  const asApp = githubClient(baseUrl, transport, appAuthorization(options));
  let token: Token | null = null;
  let coming: Promise<Token> | null = null;

  /** One request at a time, for whoever waits; one that failed is forgotten. */
  function fresh(): Promise<Token> {
    coming ??= newToken()
      .then((made) => {
        token = made;
        return made;
      })
      .finally(() => {
        coming = null;
      });
    return coming;
  }

  /** @param narrowed no more than these rights; absent: all that is wanted and was granted */
  async function newToken(narrowed?: (granted: Rights) => Rights): Promise<Token> {
    const operation = "installation token";
    const { apps } = asApp.on(operation);
    const found = await orNull(apps.getRepoInstallation({ owner, repo }));
    if (!found) {
      const message = `the App is not installed for ${owner}/${repo}; install it there`;
      throw new PlatformError({ kind: "not-found", operation, message });
    }
    const { id, permissions } = shaped(operation, installation, found.data);
    const granted = grantedOf(permissions);
    const rights = narrowed ? narrowed(granted) : granted;
    const { data } = await apps.createInstallationAccessToken({
      ...{ installation_id: Number(id), repositories: [repo], permissions: rights },
    });
    const { token: text, expires_at } = shaped(operation, accessToken, data);
    return { text, expiresAt: expires_at, permissions: rights };
  }

  const valid = async (): Promise<Token> =>
    token && token.expiresAt - renewBeforeMs > now() ? token : fresh();
  const authorization: Authorization = {
    header: async () => `Bearer ${(await valid()).text}`,
    renew: () => {
      token = null;
      return true;
    },
  };

  return {
    authorization,
    permission: async () => {
      const { permissions } = await valid();
      if (permissions.administration === "write") return "admin";
      return permissions.contents === "write" && permissions.pull_requests === "write" ? "write" : "read";
    },
    gitAccess: async (right) => {
      const { text: password, expiresAt } = await newToken((granted) => forGit(granted, right));
      return { username: gitUser, password, expiresAt };
    },
    async me() {
      const operation = "me";
      const { data } = await asApp.on(operation).apps.getAuthenticated();
      const { slug } = shaped(operation, appNow, data);
      const client = githubClient(baseUrl, transport, authorization);
      const user = await client.on(operation).users.getByUsername({ username: `${slug}[bot]` });
      return shaped(operation, shapes.account, user.data);
    },
  };
}

type AppProof = Pick<AppOptions, "appId" | "privateKey" | "now">;

/** As the App itself, in no repository. */
export function appAuthorization(proof: AppProof): Authorization {
  return { header: async () => `Bearer ${await jwtOf(proof)}`, renew: () => false };
}

function forGit({ contents, workflows }: Rights, right: GitRight): Rights {
  if (right === "read") return { metadata: "read", contents: "read" };
  // A push that touches a workflow is refused without that right.
  return { metadata: "read", contents: contents ?? "read", ...(workflows ? { workflows } : {}) };
}

async function jwtOf({ appId, privateKey, now }: AppProof): Promise<string> {
  const seconds = (ms: number) => Math.floor(ms / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuer(appId)
    .setIssuedAt(seconds(now() - issuedBeforeMs))
    .setExpirationTime(seconds(now() + jwtMs))
    .sign(await appKey(privateKey));
}

/** What is wanted and was granted: asking for more than that fails as a whole. */
function grantedOf(granted: Readonly<Record<string, string>>): Record<string, "read" | "write"> {
  return Object.fromEntries(
    Object.entries(wantedPermissions).flatMap(([name, level]): [string, "read" | "write"][] => {
      const has = Object.hasOwn(granted, name) ? granted[name] : undefined;
      if (has === undefined) return [];
      return [[name, level === "write" && has !== "read" ? "write" : "read"]];
    }),
  );
}
