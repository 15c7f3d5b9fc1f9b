/** A function that is missing in a small project, and what it must do. */
export interface Task {
  /** Of the project; the function's name too. */
  name: string;
  issue: string;
  parameters: string;
  body: string;
  /** A call, and what it must give, both as source text. */
  cases: [call: string, gives: string][];
  language: "javascript" | "commonjs" | "typescript";
  /** Where a wrong attempt fails: the suite on a clean checkout, or the project's build. */
  fails: "test" | "build";
}

const task = (
  name: string,
  issue: string,
  [parameters, body]: [string, string],
  cases: Task["cases"],
): Omit<Task, "language" | "fails"> => ({ name, issue, parameters, body, cases });

const functions = [
  task("multiply", "Multiply two numbers", ["a, b", "a * b"], [["multiply(3, 4)", "12"]]),
  task(
    "clamp",
    "Keep a number within bounds",
    ["n, low, high", "Math.min(Math.max(n, low), high)"],
    [
      ["clamp(9, 1, 5)", "5"],
      ["clamp(-2, 1, 5)", "1"],
    ],
  ),
  task(
    "slug",
    "Make a slug of a title",
    ["title", 'title.toLowerCase().trim().split(/\\W+/).join("-")'],
    [['slug("Two Words")', '"two-words"']],
  ),
  task(
    "median",
    "Find the middle of three",
    ["a, b, c", "[a, b, c].sort((x, y) => x - y)[1]"],
    [["median(10, 9, 2)", "9"]],
  ),
  task(
    "unique",
    "Drop what comes twice",
    ["list", "[...new Set(list)]"],
    [
      ["unique([1, 2, 1])", "[1, 2]"],
      ["unique([])", "[]"],
    ],
  ),
  task(
    "initials",
    "Shorten a name to its initials",
    ["name", 'name.split(" ").map((word) => word[0]).join("")'],
    [['initials("Ada Lovelace")', '"AL"']],
  ),
  task(
    "cents",
    "Show cents as an amount",
    ["n", "(n / 100).toFixed(2)"],
    [
      ["cents(1234)", '"12.34"'],
      ["cents(5)", '"0.05"'],
    ],
  ),
  task(
    "range",
    "Count from one number to another",
    ["from, to", "Array.from({ length: to - from + 1 }, (_, n) => from + n)"],
    [["range(2, 4)", "[2, 3, 4]"]],
  ),
  task(
    "leap",
    "Tell leap years",
    ["year", "year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)"],
    [
      ["leap(2000)", "true"],
      ["leap(1900)", "false"],
    ],
  ),
  task(
    "total",
    "Add up a list",
    ["list", "list.reduce((sum, n) => sum + n, 0)"],
    [
      ["total([1, 2, 3])", "6"],
      ["total([])", "0"],
    ],
  ),
  task(
    "mirror",
    "Turn a text around",
    ["text", '[...text].reverse().join("")'],
    [['mirror("abc")', '"cba"']],
  ),
  task(
    "divisor",
    "Find the greatest common divisor",
    ["a, b", "b === 0 ? a : divisor(b, a % b)"],
    [["divisor(12, 18)", "6"]],
  ),
];

const languages = ["javascript", "commonjs", "typescript"] as const;

/** Small projects that differ: function, language, module system, and where a wrong attempt fails. */
export const tasks: readonly Task[] = functions.map((one, n) => ({
  ...one,
  language: languages[n % languages.length] ?? "javascript",
  fails: n % 4 === 3 ? "build" : "test",
}));
