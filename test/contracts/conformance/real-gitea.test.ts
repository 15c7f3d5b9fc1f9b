import { onRealServer } from "./real-suite.ts";

onRealServer("gitea");
