// Prints its environment, which a result must not depend on.
const names = process.env.keys();
for (let index = 0; index < names.length; index++) {
  process.stdout.write(names[index] + "=" + process.env.get(names[index]) + "\n");
}
