import { huntInFull } from "./full-hunt.ts";

huntInFull(1);
