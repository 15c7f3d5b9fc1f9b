import { checkTroubles } from "./platform-checks.ts";

checkTroubles("github");
checkTroubles("gitea");
