import { badRequest } from "./api-error.ts";

type Labels = Record<string, string>;
type Requirement = (labels: Labels) => boolean;

/** Kubernetes' selectors, as far as their equality and set forms go: `a=b`, `a!=b`, `a`, `!a`, `a in (b,c)`. */
export function readSelector(selector: string): Requirement {
  const requirements = split(selector).map(readRequirement);
  return (labels) => requirements.every((matches) => matches(labels));
}

/** At the commas outside of parentheses. */
function split(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
}

function readRequirement(text: string): Requirement {
  const key = "[A-Za-z0-9][A-Za-z0-9._/-]*";
  const match = (pattern: string) => new RegExp(`^${pattern}$`).exec(text);
  const set = match(`(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)`);
  if (set !== null) {
    const values = set[3]!.split(",").map((value) => value.trim());
    const isIn = (labels: Labels) => set[1]! in labels && values.includes(labels[set[1]!]!);
    return set[2] === "in" ? isIn : (labels) => !isIn(labels);
  }
  const equal = match(`(${key})\\s*(==|=|!=)\\s*([A-Za-z0-9._-]*)`);
  if (equal !== null) {
    const [, name, sign, value] = equal;
    return (labels) => (labels[name!] === value) === (sign !== "!=");
  }
  const present = match(`(!?)\\s*(${key})`);
  if (present !== null) return (labels) => present[2]! in labels === (present[1] === "");
  const bad = /[^A-Za-z0-9._/ !-]/.exec(text)?.[0] ?? text;
  throw badRequest(`found '${bad}', expected: !, identifier, or 'end of string'`);
}
