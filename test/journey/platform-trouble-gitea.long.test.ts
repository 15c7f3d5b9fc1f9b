import { codeTroubles } from "./platform-trouble.ts";
import { hostTroubles, wordTroubles } from "./platform-words.ts";

codeTroubles("gitea");
wordTroubles("gitea");
hostTroubles("gitea");
