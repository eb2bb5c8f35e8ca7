/** The source with comments and the insides of strings blanked out: offsets and lines stay as they were. */
export function blankCommentsAndStrings(source: string): string {
  return blank(source, /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (token) =>
    token.startsWith("/") ? spaces(token) : token[0] + spaces(token.slice(1, -1)) + token[0],
  );
}

/** The source with comments blanked out; strings stay. */
export function blankComments(source: string): string {
  return blank(source, /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (token) =>
    token.startsWith("/") ? spaces(token) : token,
  );
}

/** 1 for the first line. */
export function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split("\n").length;
}

/** The top-level arguments of the call whose opening parenthesis is at `open`, trimmed. */
export function argumentsAt(source: string, open: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < source.length; at++) {
    const character = source[at]!;
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    if (depth === 0 || (depth === 1 && character === ",")) {
      found.push(source.slice(start, at).trim());
      start = at + 1;
    }
    if (depth === 0) break;
  }
  return found.length === 1 && found[0] === "" ? [] : found;
}

function blank(source: string, tokens: RegExp, replace: (token: string) => string): string {
  return source.replace(tokens, replace);
}

function spaces(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
