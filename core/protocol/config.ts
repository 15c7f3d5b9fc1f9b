export * from "../domain/project-config.ts";
