import { emptyTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import { reading, text, writing } from "../define.ts";

const provider = { name: "provider", description: "The miner's id, as in f01000" } as const;

export const providerTasks = [
  emptyTask("provider", "Storage providers: registration, bonds and offers").build(),
  reading(["provider", "list"], "Every offer, cheapest first")
    .addFlag({ name: "all", description: "Paused and expired offers as well" })
    .setAction(() => import("./list.ts"))
    .build(),
  reading(["provider", "status"], "A provider's bond, envelope and offers")
    .addPositionalArgument(provider)
    .setAction(() => import("./status.ts"))
    .build(),
  writing(
    ["provider", "register"],
    "Register a provider as its miner's owner; if it is registered, add bond or announce another envelope",
  )
    .addPositionalArgument(provider)
    .addOption({ name: "bond", description: "FIL to post", defaultValue: "0" })
    .addOption(text("maxBondPerTib", "Envelope: greatest bond of an offer, FIL per TiB; 100, if left out"))
    .addOption(text("maxBondAtStake", "Envelope: FIL that deals may lock at one time; the bond, if left out"))
    .addOption(
      text("maxBondPerDay", "Envelope: FIL that deals may newly lock in a day; the bond, if left out"),
    )
    .addOption(text("maxExitBps", "Envelope: greatest exit share of an offer in 1/10,000; 2500, if left out"))
    .addOption(text("payee", "Envelope: who is paid; the sender, if left out"))
    .setAction(() => import("./register.ts"))
    .build(),
  writing(["provider", "offer"], "Publish an offer; with --offer revise one, or pause or resume it")
    .addOption(text("provider", "The miner's id, for a new offer"))
    .addOption(text("offer", "The id of the offer to change"))
    .addFlag({ name: "pause", description: "Take no proposals for now" })
    .addFlag({ name: "resume", description: "Take proposals again" })
    .addOption(text("rate", "Price: tokens per TiB and 30 days"))
    .addOption(text("bond", "FIL per TiB that answers for the data"))
    .addOption(text("endpoint", "Base URL of the market API"))
    .addOption(text("region", "ISO 3166-1 alpha-2 country"))
    .addOption(text("capacity", "Padded bytes that deals may hold at one time, as in 10TiB"))
    .addOption(text("minPiece", "Smallest padded piece, a power of two; 1MiB, if left out"))
    .addOption(text("maxPiece", "Largest padded piece, a power of two; 32GiB, if left out"))
    .addOption(
      text("minDuration", "Epochs, or days as in 180d; the least that the registry allows, if left out"),
    )
    .addOption(text("maxDuration", "Epochs, or days; the most that the registry allows, if left out"))
    .addOption(text("expiry", "Last epoch of the offer, or days from now; 365d, if left out"))
    .addOption(
      text("notice", "Epochs of paid service after either side leaves, or days; the least, if left out"),
    )
    .addOption(
      text(
        "exitFee",
        "What leaving costs a client at most, in epochs of the rate, or days; 7d within the notice",
      ),
    )
    .addOption(
      text("reservationFee", "What a proposal costs, in epochs of the rate, or days; 1d, if left out"),
    )
    .addOption(
      text("exitBps", "Share of the bond that leaving costs the provider, in 1/10,000; 2500, if left out"),
    )
    .addOption(text("maxProposals", "Open proposals of one client; 64, if left out"))
    .addOption(text("token", "What is paid in; USDFC, if left out"))
    .setAction(() => import("./offer.ts"))
    .build(),
  writing(
    ["provider", "withdraw"],
    "Take bond out: first --unbond, then wait, then withdraw; or take out credit",
  )
    .addPositionalArgument({
      ...provider,
      type: ArgumentType.STRING_WITHOUT_DEFAULT,
      defaultValue: undefined,
    })
    .addOption(text("unbond", "FIL to announce for withdrawal; 0 cancels"))
    .addFlag({ name: "credit", description: "The sender's credit from slashes, forfeits and tips" })
    .addOption(text("to", "Who gets it; the sender, if left out"))
    .setAction(() => import("./withdraw.ts"))
    .build(),
];
