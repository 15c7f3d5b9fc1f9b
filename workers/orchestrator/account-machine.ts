import { AccountEvent, accountEventVersion } from "@tamma/core/domain/account/events.ts";
import { accountUpcasts } from "@tamma/core/domain/account/upcasts.ts";
import { payloadToday } from "@tamma/core/domain/upcast.ts";
import type { Machine } from "@tamma/core/engine/machine.ts";

/** The account only records; what may happen is decided on the rows. */
export const accountMachine: Machine<AccountEvent, AccountEvent, null> = {
  initial: null,
  version: accountEventVersion,
  decide: (event) => [event],
  evolve: () => null,
  react: () => ({ effects: [], timers: [] }),
  upcast: (envelope) =>
    AccountEvent.parse({ ...payloadToday(envelope, accountUpcasts), type: envelope.type }),
  stepOf: () => null,
};
