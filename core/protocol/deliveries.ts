import { z } from "zod";

/** What platforms told the account's connections, and what became of it. Bodies are not shown. */

export const Delivery = z.object({
  connection: z.string(),
  /** Null: it proved nothing, so what it says of a repository is not believed. */
  repository: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** The platform's own id, by which its pages list it too; null where it proved nothing. */
  id: z.string().nullable(),
  /** In the platform's words; null where it proved nothing. */
  event: z.string().nullable(),
  /** When it came, milliseconds since the epoch. */
  at: z.number(),
  /** `ignored`: it asks for nothing. `refused`: somebody, or something in it, was not allowed. */
  outcome: z.enum(["waiting", "done", "ignored", "refused", "failed"]),
  /** In words; null while it waits. */
  reason: z.string().nullable(),
  /** The loop that it was about, and the page of that loop; null: none. */
  loop: z.object({ id: z.string(), url: z.string() }).nullable(),
});

/** The newest first. `next` is the `before` of the page behind it; null: there is none. */
export const DeliveryPage = z.object({ deliveries: z.array(Delivery), next: z.string().nullable() });

const deliveriesPerPageMax = 200;

/** `GET /deliveries`. `only=refused` leaves out all that did not end as refused or failed. */
export const DeliveryQuery = z.object({
  /** Name or id of a repository; absent: all. */
  repository: z.string().max(300).optional(),
  only: z.enum(["refused"]).optional(),
  before: z
    .string()
    .max(600)
    .regex(/^\d{1,16}~.+$/, "must be the `next` of a page")
    .optional(),
  limit: z.coerce.number().int().positive().max(deliveriesPerPageMax).default(50),
});

export type Delivery = z.infer<typeof Delivery>;
export type DeliveryPage = z.infer<typeof DeliveryPage>;
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;
