import { TaskConfigError } from "../run/exit-codes.ts";

/**
 * "0,3,5-7": numbers from 0, each below `count`, ascending; all of them if nothing is named.
 * @throws TaskConfigError
 */
export function numbersOf(name: string, text: string | undefined, count: number): number[] {
  if (text === undefined) return Array.from({ length: count }, (_, number) => number);
  const numbers = new Set<number>();
  for (const part of text.split(",")) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) {
      throw new TaskConfigError(
        `${name} has ${JSON.stringify(part)} in it, which is no number and no range such as 0-7.`,
        "Name them as in 0,3,5-7",
      );
    }
    if (Number(last) >= count) {
      throw new TaskConfigError(`There is no task ${last}.`, `Tasks count from 0 to ${count - 1}`);
    }
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}
