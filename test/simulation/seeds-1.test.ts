import { seedsInTests } from "./seeds-in-tests.ts";

seedsInTests({ from: 1, count: 1_000 });
