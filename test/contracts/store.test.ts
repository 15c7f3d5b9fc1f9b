import { createHash } from "node:crypto";
import { memoryStore } from "./memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract({
  name: "memory",
  sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
  withStore: (work) => work(memoryStore()),
});
