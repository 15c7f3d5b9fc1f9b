import { huntInFull, huntWithoutBug } from "./full-hunt.ts";

huntWithoutBug();
huntInFull(0);
