/** The version of everything in this repository; test/tidy/version.test.ts holds it against package.json. */
export const version = "0.1.0";
