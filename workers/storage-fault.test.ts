import { expect, test } from "vitest";
import { storageFaultOf } from "./storage-fault.ts";

test("a full disk and one that takes no writes are told apart from other faults", () => {
  const wrapped = new Error("Failed query", { cause: new Error("database or disk is full: SQLITE_FULL") });
  expect(storageFaultOf(wrapped)).toBe("full");
  expect(storageFaultOf(new Error("attempt to write a readonly database: SQLITE_READONLY"))).toBe(
    "unwritable",
  );
  expect(storageFaultOf(new Error("no such table: events: SQLITE_ERROR"))).toBeNull();
  expect(storageFaultOf("SQLITE_FULL")).toBeNull();
});
