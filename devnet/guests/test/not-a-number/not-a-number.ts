// Prints the bits of 0/0, which processors and compilers do not agree on. The zero is no constant: it is counted.
const zero: f32 = <f32>(process.argv.length - 1);
process.stdout.write((reinterpret<u32>(zero / zero) >> 31).toString() + "\n");
