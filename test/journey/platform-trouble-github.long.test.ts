import { codeTroubles } from "./platform-trouble.ts";
import { hostTroubles, wordTroubles } from "./platform-words.ts";

codeTroubles("github");
wordTroubles("github");
hostTroubles("github");
