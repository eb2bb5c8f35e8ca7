export { LINT_DEFAULT_MEMORY_PAGES, LINT_MAX_BYTES, lintModule } from "./lint-module.ts";
export {
  LINT_MAX_FINDINGS,
  type LintCode,
  type LintFinding,
  type LintReport,
  type LintWeight,
} from "./report.ts";
