import { readArtifacts } from "./artifacts.ts";
import { type Check, filesIn, read, report } from "./check.ts";

interface Diagnostic {
  readonly severity: string;
  readonly message: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string };
}

export const compilerWarnings: Check = {
  name: "compiler-warnings: solc has nothing to say about contracts/ (doubles apart)",
  find: (root) => {
    const buildOf = new Map(
      readArtifacts(root).map(({ sourceName, buildInfoId }) => [sourceName, buildInfoId]),
    );
    const builds = new Set(buildOf.values());
    const breaches = filesIn(root, ["artifacts/build-info/*.output.json"]).flatMap((path) => {
      const { id, output } = JSON.parse(read(root, path)) as {
        id: string;
        output: { errors?: Diagnostic[] };
      };
      if (!builds.has(id)) return [];
      return (output.errors ?? []).flatMap(({ severity, message, formattedMessage, sourceLocation }) => {
        const source = sourceLocation?.file.replace(/^project\//, "") ?? "";
        if (!source.startsWith("contracts/") || source.startsWith("contracts/mocks/")) return [];
        // A file that was compiled again since has a later build's word; one of free functions alone has no artifact.
        if ((buildOf.get(source) ?? id) !== id) return [];
        const line = /:(\d+):\d+:/.exec(formattedMessage)?.[1] ?? "?";
        return [
          `${source}:${line} ${severity}: ${message}. Write what the compiler asks for; no warning is normal`,
        ];
      });
    });
    return [...new Set(breaches)];
  },
};

if (import.meta.main) report(compilerWarnings);
