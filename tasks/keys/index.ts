import { emptyTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import { reading, text } from "../define.ts";

const name = {
  name: "name",
  description:
    "Its name in Hardhat's keystore; the one that the network's configuration asks for, if left out",
  type: ArgumentType.STRING_WITHOUT_DEFAULT,
  defaultValue: undefined,
} as const;
const file = text(
  "file",
  "Write a keystore file (geth's version 3) for the daemon there, in place of Hardhat's keystore",
);
const force = { name: "force", description: "Replace the key of that name in Hardhat's keystore" } as const;

export const keysTasks = [
  emptyTask("keys", "Keys: in Hardhat's keystore for tasks, in a keystore file for the daemon").build(),
  reading(["keys", "new"], "Make a key and keep it; it is never shown")
    .addPositionalArgument(name)
    .addOption(file)
    .addFlag(force)
    .setAction(() => import("./new.ts"))
    .build(),
  reading(["keys", "import"], "Keep a key that you have: it is asked for, and never shown")
    .addPositionalArgument(name)
    .addOption(file)
    .addOption(text("source", "A keystore file to take it from, in place of asking"))
    .addFlag(force)
    .setAction(() => import("./import.ts"))
    .build(),
  reading(
    ["keys", "list"],
    "The names in Hardhat's keystore, which networks use them, and keystore files in a folder",
  )
    .addOption(text("folder", "Where to look for keystore files"))
    .setAction(() => import("./list.ts"))
    .build(),
];
