import { Script } from "./script.ts";
import { allocateScript } from "./scripts/allocate.ts";
import { currencyScript } from "./scripts/currency.ts";
import { discountScript } from "./scripts/discount.ts";
import { taxDownScript } from "./scripts/tax-down.ts";

/** What the engineer does about the four issues of the sample repository. */
export const sampleScript: Script = Script.parse({
  issues: [discountScript, allocateScript, currencyScript, taxDownScript],
});
