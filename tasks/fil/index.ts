import { emptyTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import { reading, text } from "../define.ts";

export const filTasks = [
  emptyTask("fil", "Filecoin: addresses, epochs, fees, and what is wrong").build(),
  reading(["fil", "address"], "An address in every form that it has")
    .addPositionalArgument({
      name: "address",
      description: "0x…, f0…, f1…, f2…, f3…, f410f…, or an actor's id",
    })
    .addFlag({ name: "resolve", description: "Ask the chain for its actor id as well" })
    .setAction(() => import("./address.ts"))
    .build(),
  reading(["fil", "epoch"], "The newest epoch, and when an epoch is")
    .addPositionalArgument({
      name: "at",
      description: "An epoch, or a time such as 2026-11-20T14:32Z; now, if left out",
      type: ArgumentType.STRING_WITHOUT_DEFAULT,
      defaultValue: undefined,
    })
    .setAction(() => import("./epoch.ts"))
    .build(),
  reading(["fil", "fees"], "What gas costs now")
    .setAction(() => import("./fees.ts"))
    .build(),
  reading(["fil", "doctor"], "Look for what is wrong, and say what to do about it")
    .addOption({
      name: "key",
      description: "Whose account to look at: see deal propose. With none, no account is looked at",
      defaultValue: "0",
    })
    .addOption(text("from", "The account's address, in place of a key"))
    .addOption(text("token", "The token; USDFC, if left out"))
    .addOption(text("daemon", "Base URL of the watcher's daemon, to ask whether it is ready"))
    .addOption(text("keystore", "A keystore file of the daemon, to look at its permissions"))
    .addFlag({
      name: "pin",
      description: "Record the code hashes of Filecoin Pay and the token, if all checks of them pass",
    })
    .setAction(() => import("./doctor.ts"))
    .build(),
];
