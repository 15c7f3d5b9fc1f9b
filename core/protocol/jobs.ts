export * from "../domain/loop/jobs.ts";
