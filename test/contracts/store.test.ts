import { memoryCopySubject, memorySubject } from "../memory/subjects.ts";
import { copyContract } from "./copy-contract.ts";
import { storeContract } from "./store-contract.ts";
import { storeFaultsContract } from "./store-faults-contract.ts";
import { storeRestoreContract } from "./store-restore-contract.ts";
import { storeSurvivalContract } from "./store-survival-contract.ts";

storeContract(memorySubject);
storeFaultsContract(memorySubject);
storeSurvivalContract(memorySubject);
storeRestoreContract(memorySubject);
copyContract(memoryCopySubject);
