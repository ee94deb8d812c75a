/**
 * Which package may import which: `effect <- core <- adapters, stores, providers <- server`.
 *
 * It is read with `@swc/core`, because the compiler interface that
 * dependency-cruiser knows is gone in TypeScript 7. With neither it reads nothing
 * and calls that a success; tools/arrows.ts therefore compares what was read with
 * what is there.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
export default {
  forbidden: [
    {
      name: "no-cycle",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere is a typing error or an undeclared dependency.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true }
    },
    {
      name: "core-knows-no-one",
      comment: "core is the innermost ring: it imports effect and itself.",
      severity: "error",
      from: { path: "^packages/core/src" },
      to: { path: "^(packages/(?!core/)|test/|tools/)" }
    },
    {
      name: "core-imports-effect-alone",
      severity: "error",
      from: { path: "^packages/core/src" },
      to: { path: "node_modules/", pathNot: "node_modules/effect/" }
    },
    {
      name: "core-is-platform-free",
      severity: "error",
      from: { path: "^packages/core/src" },
      to: { dependencyTypes: ["core"] }
    },
    {
      name: "inner-packages-know-only-core",
      comment: "Adapters, stores and providers meet in the server, never each other.",
      severity: "error",
      from: { path: "^packages/(?!core/|server/|web/)([^/]+)/src" },
      to: { path: "^(packages/|test/|tools/)", pathNot: ["^packages/$1/", "^packages/core/"] }
    },
    {
      name: "server-is-outermost",
      severity: "error",
      from: { path: "^packages/(?!server/)[^/]+/" },
      to: { path: "^packages/server/" }
    },
    {
      name: "no-deep-import",
      comment: "Another package is reached by its exports, never by its internal folder.",
      severity: "error",
      from: { path: "^(packages|test)/([^/]+)/" },
      to: { path: "/src/internal/", pathNot: "^$1/$2/" }
    },
    {
      name: "suites-know-only-core",
      severity: "error",
      from: { path: "^test/(conformance|simulation)/src" },
      to: { path: "^packages/", pathNot: "^packages/core/" }
    },
    {
      name: "src-imports-no-test",
      severity: "error",
      from: { path: "^packages/[^/]+/src" },
      to: { path: "^(test/|packages/[^/]+/test/)" }
    },
    {
      name: "fakes-stay-in-tests",
      severity: "error",
      from: { path: "^packages/[^/]+/src/(?!testing/|testing\\.ts$)" },
      to: { path: "/src/testing(/|\\.ts$)" }
    },
    {
      name: "an-agent-stands-alone",
      comment: "One agent's profile may not lean on another's.",
      severity: "error",
      from: { path: "^packages/adapters-cli/src/agents/([^/]+)" },
      to: { path: "^packages/adapters-cli/src/agents/", pathNot: "^packages/adapters-cli/src/agents/$1" }
    },
    {
      name: "nothing-imports-the-tools",
      severity: "error",
      from: { path: "^(packages|test)/" },
      to: { path: "^tools/" }
    }
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages|test)/[^/]+/dist/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@offshoot/source", "import", "node", "default"],
      extensions: [".ts", ".mjs", ".js"]
    }
  }
}
