// Direction of imports (ARCHITECTURE.md): domain <- ports <- engine <- hosts.
// Every rule here has a planted violation in test/tidy/planted-layers.test.ts.

const test = "\\.test\\.tsx?$|/fixtures/|/testing/|^test/";
const hosts = "^(workers|runner|cli|server)/";
const ours = "^(core|workers|runner|cli|server|scripts|test|bench)/";
const adapters = "^core/(platforms|providers)/";

/** @type {import("dependency-cruiser").IRuleConfigurationOptions[]} */
const forbidden = [
  {
    name: "no-cycles",
    comment: "Two files that need each other are one idea, or hide a third one. Types count too.",
    from: {},
    to: { circular: true },
  },
  {
    name: "domain-is-pure",
    comment: "core/domain imports itself and zod, nothing else.",
    from: { path: "^core/domain/", pathNot: test },
    to: { pathNot: ["^core/domain/", "(^|/)node_modules/zod/"] },
  },
  {
    name: "protocol-sees-domain",
    comment: "The wire's schemas may speak of the domain, and of nothing behind it.",
    from: { path: "^core/protocol/", pathNot: test },
    to: { path: ours, pathNot: ["^core/protocol/", "^core/domain/"] },
  },
  {
    name: "ports-see-domain",
    comment: "A port speaks of the domain and of the wire; it knows no adapter, engine or host.",
    from: { path: "^core/ports/", pathNot: test },
    to: { path: ours, pathNot: ["^core/ports/", "^core/domain/", "^core/protocol/"] },
  },
  {
    name: "engine-sees-ports",
    comment: "The engine works for every platform, provider and host: it sees ports and domain.",
    from: { path: "^core/engine/", pathNot: test },
    to: { path: ours, pathNot: ["^core/engine/", "^core/ports/", "^core/domain/", "^core/protocol/"] },
  },
  {
    name: "adapters-see-ports",
    comment:
      "An adapter sees its own folder, its kind's _shared/, ports and domain; turns are on the wire too.",
    from: { path: `${adapters}([^/]+)/`, pathNot: test },
    to: {
      path: ours,
      pathNot: [
        "^core/(ports|domain)/",
        "^core/protocol/model-turn\\.ts$",
        "^core/$1/_shared/",
        "^core/$1/$2/",
      ],
    },
  },
  {
    name: "adapters-are-strangers",
    comment: "Adapters never import each other, not even in tests; what two share goes to _shared/.",
    from: { path: `${adapters}([^/]+)/` },
    to: { path: adapters, pathNot: ["^core/$1/_shared/", "^core/$1/$2/"] },
  },
  {
    name: "adapters-enter-by-compose",
    comment: "Only compose.ts, runner/main.ts and the docs name adapters; others get a port.",
    from: { pathNot: [adapters, "(^|/)compose\\.ts$", "^runner/main\\.ts$", "^scripts/docs", test] },
    to: { path: adapters },
  },
  {
    name: "core-runs-everywhere",
    comment: "core runs in workerd and in Node: no files, processes, sockets, and nothing of Cloudflare.",
    from: { path: "^core/", pathNot: test },
    to: {
      path: [
        "^(node:)?(fs|fs/promises|child_process|worker_threads|cluster|os|sqlite)$",
        "^(node:)?(net|tls|dgram|http|https|http2)$",
        "^cloudflare:",
      ],
    },
  },
  {
    name: "core-knows-no-host",
    comment: "core is used by the hosts, never the other way round.",
    from: { path: "^core/" },
    to: { path: `${hosts}|^scripts/` },
  },
  {
    name: "hosts-are-strangers",
    comment: "workers, runner, cli and server meet over HTTP or a command line, never by import.",
    from: { path: "^(workers|runner|cli|server)/" },
    to: { path: hosts, pathNot: "^$1/" },
  },
  {
    name: "cli-speaks-http",
    comment: "The command line asks the API; it runs no engine and calls no platform itself.",
    from: { path: "^cli/", pathNot: test },
    to: { path: "^core/(engine|platforms|providers)/" },
  },
  {
    name: "api-calls-over-binding",
    comment: "api reaches orchestrator through env.ORCHESTRATOR only, so that they can be split later.",
    from: { path: "^workers/api/", pathNot: test },
    to: { path: "^workers/orchestrator/", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "orchestrator-knows-no-api",
    comment: "Pages and routes depend on the orchestrator, not the other way round.",
    from: { path: "^workers/orchestrator/" },
    to: { path: "^workers/(api|site)/" },
  },
  {
    name: "processes-start-by-command-line",
    comment: "start and test must run before anything is installed or built.",
    from: { path: "^scripts/(start|server|bootstrap|test|check)\\.mjs$" },
    to: { path: `${hosts}|^core/` },
  },
  {
    name: "nobody-ships-tests",
    comment: "Production code never imports a test or a fixture; a benchmark may use a test's stage.",
    from: { pathNot: [test, "^bench/"] },
    to: { path: test },
  },
  {
    name: "simulators-know-no-schema",
    comment: "A simulator and the adapter it tests are written from the contract, neither from the other.",
    from: { path: "^test/" },
    to: { path: `${adapters}[^/]+/(schema|convert)\\.ts$` },
  },
  {
    name: "everything-resolves",
    comment: "An import that leads nowhere would hide what stands behind it from every other rule.",
    from: {},
    to: { couldNotResolve: true, pathNot: "^cloudflare:" },
  },
].map((rule) => ({ ...rule, severity: "error" }));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)fixtures/|^server/sample/repository/|^(dist|coverage|docs-site)/|^workers/site/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
      extensions: [".ts", ".tsx", ".mts", ".d.ts", ".mjs", ".cjs", ".js", ".jsx", ".json"],
    },
  },
};
