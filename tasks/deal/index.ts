import { emptyTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import { reading, text, writing } from "../define.ts";

const deal = { name: "deal", description: "The deal's id, which is its rail's" } as const;
const url = text("submit", "Base URL of the CARs: asks each provider at once to fetch <url>/<piece CID>.car");

export const dealTasks = [
  emptyTask("deal", "Deals: storage that is paid for as far as it is proven").build(),
  writing(
    ["deal", "propose"],
    "Propose a packed dataset to the cheapest offers that fit, depositing what that takes",
  )
    .addPositionalArgument({ name: "folder", description: "What dataset pack wrote" })
    .addOption({
      name: "copies",
      description: "Of every piece, each with another provider and owner",
      defaultValue: "2",
    })
    .addOption(
      text(
        "duration",
        "Of service, in epochs or days as in 180d; the least that the registry allows, if left out",
      ),
    )
    .addOption(text("sealingWindow", "For sealing, in epochs or days; 7d, if left out"))
    .addOption(
      text("runway", "What to deposit beyond what is locked, in epochs or days of service; 30d, if left out"),
    )
    .addOption(text("maxRate", "Price cap: tokens per TiB and 30 days"))
    .addOption(text("minBond", "Least bond: FIL per TiB"))
    .addOption(text("regions", "Countries to choose from, as in CH,SG"))
    .addOption(text("exclude", "Providers to pass over, as in f01000,f01001"))
    .addOption(text("token", "What to pay in; USDFC, if left out"))
    .addOption(url)
    .setAction(() => import("./propose.ts"))
    .build(),
  reading(
    ["deal", "submit"],
    "Ask a deal's provider to fetch its pieces: signed by the client, nothing is sent to the chain",
  )
    .addPositionalArgument(deal)
    .addPositionalArgument({ name: "url", description: "Base URL of the CARs: <url>/<piece CID>.car" })
    .addOption({ name: "key", description: "The client's key: see deal propose", defaultValue: "0" })
    .setAction(() => import("./submit.ts"))
    .build(),
  reading(["deal", "list"], "A client's deals, as far as their rails are not finalised")
    .addOption(text("client", "Whose; the account of --key, if left out"))
    .addOption({ name: "key", description: "Whose key: see deal propose", defaultValue: "0" })
    .addOption(text("token", "Paid in which token; those of all offers, if left out"))
    .setAction(() => import("./list.ts"))
    .build(),
  reading(["deal", "status"], "A deal: its copies, its rail, its client's runway")
    .addPositionalArgument(deal)
    .setAction(() => import("./status.ts"))
    .build(),
  writing(["deal", "extend"], "Move a deal's end without resealing, or say how far the provider alone may")
    .addPositionalArgument(deal)
    .addOption(text("until", "The new last epoch, or days beyond the present one as in 180d"))
    .addOption(text("autoUntil", "Epoch up to which the provider alone may extend; 0 for not at all"))
    .addOption(
      text(
        "rateCap",
        "With --auto-until: greatest rate, token units per TiB and epoch; the deal's, if left out",
      ),
    )
    .setAction(() => import("./extend.ts"))
    .build(),
  writing(
    ["deal", "end"],
    "Leave a deal early, as its client or its provider; or decline what is not sealed yet",
  )
    .addPositionalArgument(deal)
    .addFlag({ name: "decline", description: "As the provider: decline the copies that are still proposed" })
    .setAction(() => import("./end.ts"))
    .build(),
  writing(["deal", "settle"], "Pay a deal as far as it is proven; anyone may")
    .addPositionalArgument(deal)
    .setAction(() => import("./settle.ts"))
    .build(),
  writing(
    ["deal", "report"],
    "Look at a copy's sector: refresh it if it is Active, report it if it is Faulty or Dead",
  )
    .addPositionalArgument(deal)
    .addOption({ name: "copy", description: "The copy's index", type: ArgumentType.INT, defaultValue: 0 })
    .setAction(() => import("./report.ts"))
    .build(),
  writing(
    ["deal", "fund"],
    "Deposit into Filecoin Pay, or withdraw what is free; shows the account without either",
  )
    .addOption(text("amount", "Tokens to deposit"))
    .addOption(text("withdraw", "Tokens to withdraw"))
    .addFlag({
      name: "standing",
      description: "With --amount: let StorageDeals lock it for any deal, as the daemon needs",
    })
    .addOption(text("token", "Which token; USDFC, if left out"))
    .setAction(() => import("./fund.ts"))
    .build(),
];
