import { playProjects } from "./projects/play.ts";
import { publishedProjects } from "./projects/published.ts";

playProjects(publishedProjects);
