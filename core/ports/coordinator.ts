/**
 * What a loop asks of its repository: a slot, the merge turn, a place where runners find its job. Answers
 * come as commands (`GrantSlot`, `GrantMergeTurn`, `LeaseJob`), so every call returns at once and may be
 * repeated.
 */
export interface Coordinator {
  /** `key` names the request: the same one again asks for nothing new. */
  requestSlot(loop: string, key: string): Promise<void>;
  /** `ended`: the loop is over; false when it only gives its slot away while it waits for a person. */
  releaseSlot(loop: string, release: { claim: string; reason: string; ended: boolean }): Promise<void>;
  requestMergeTurn(loop: string, key: string): Promise<void>;
  /**
   * `key` names the occasion. Only `turn` is given back: a late release must not take the next one. null,
   * where a log gives it no name: whichever the loop has.
   */
  releaseMergeTurn(loop: string, key: string, turn: string | null): Promise<void>;
  /**
   * Shows an open job to runners. One that is no longer open is found out when somebody tries to lease it.
   */
  offerJob(loop: string, job: string): Promise<void>;
}
