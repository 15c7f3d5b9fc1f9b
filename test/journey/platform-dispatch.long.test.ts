import { platformDispatch } from "./platform-dispatch.ts";

platformDispatch("gitea");
platformDispatch("github");
