import type { Instant } from "../domain/ids.ts";

/** A run of a platform's CI, as the token says that the platform signed for it. */
export interface ProvenRun {
  /** Exactly as the token names its issuer. */
  readonly issuer: string;
  /** The platform's own id of the repository, which no other one ever gets. */
  readonly repository: string;
  readonly run: string;
  /** 1 for a run's first time, 2 when somebody runs it again. */
  readonly attempt: string;
  /** The token's own id, by which it is taken once, and until when it could come again. */
  readonly jti: string;
  readonly expiresAt: Instant;
}

/**
 * Why a run is not let in, in words that end a sentence: "it is expired". `later`: nobody could tell now, and
 * another try may help.
 */
export interface RunRefused {
  readonly refused: string;
  readonly later?: true;
}

/** Reads the tokens by which runs of a platform's CI prove themselves (OpenID Connect). */
export interface RunProofs {
  /** Who issues such tokens to runs at this address of the platform; null where nobody does. */
  issuerAt(platform: string, baseUrl: string): string | null;
  /** The issuer that the token names, of which nothing is proven; null when it names none. */
  issuerNamed(token: string): string | null;
  /**
   * The run that the token proves, when its platform signed it for `audience` and the run is one that may do
   * jobs. `defaultBranch`: of the repository with that id, null when there is none; it is asked once the
   * signature is proven.
   */
  read(
    token: string,
    expected: {
      issuer: string;
      audience: string;
      defaultBranch: (repository: string) => string | null;
      now: Instant;
    },
  ): Promise<ProvenRun | RunRefused>;
}
