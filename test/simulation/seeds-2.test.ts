import { seedsInTests } from "./seeds-in-tests.ts";

seedsInTests({ from: 1_001, count: 1_000 });
