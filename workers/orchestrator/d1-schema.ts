import { blob, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** D1 as /migrations makes it: projections only. Triggers and indexes are in the migrations. */
export const events = sqliteTable(
  "events",
  {
    stream: text("stream").notNull(),
    streamKind: text("stream_kind").notNull(),
    seq: integer("seq").notNull(),
    id: text("id").notNull(),
    at: integer("at").notNull(),
    type: text("type").notNull(),
    version: integer("version").notNull(),
    actor: text("actor").notNull(),
    correlationId: text("correlation_id"),
    causationId: text("causation_id").notNull(),
    step: text("step"),
    keyId: text("key_id").notNull(),
    payload: blob("payload", { mode: "buffer" }).notNull(),
    prevHash: text("prev_hash").notNull(),
    hash: text("hash").notNull(),
  },
  (table) => [primaryKey({ columns: [table.stream, table.seq] })],
);

export const loops = sqliteTable("loops", {
  id: text("id").primaryKey(),
  repository: text("repository").notNull(),
  issue: integer("issue").notNull(),
  active: integer("active", { mode: "boolean" }).notNull(),
  word: text("word").notNull(),
  step: text("step").notNull(),
  startedAt: integer("started_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  costMicroUsd: integer("cost_micro_usd").notNull(),
  seq: integer("seq").notNull(),
  keyId: text("key_id").notNull(),
  /** Sealed JSON: what a person wrote (title, question) stands in no clear column. */
  body: blob("body", { mode: "buffer" }).notNull(),
});
