import { playProjects } from "./projects/play.ts";
import { typescriptProjects } from "./projects/typescript.ts";
import { workspaceProjects } from "./projects/workspaces.ts";

// Two files, because each of their jobs waits for downloads.
playProjects([...typescriptProjects, ...workspaceProjects]);
