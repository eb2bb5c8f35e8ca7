/** The name of a value of a Solidity enum. @throws RangeError for one beyond its names */
export function enumName<const names extends readonly string[]>(names: names, value: number): names[number] {
  const name = names[value];
  if (name === undefined) throw new RangeError(`${value} is none of ${names.join(", ")}.`);
  return name;
}
