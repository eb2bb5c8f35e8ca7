import { generatePrivateKey } from "viem/accounts";
import { command } from "../run/command.ts";
import { type KeepArguments, keep } from "./keep.ts";

export default command<KeepArguments>((args, context) => keep(args, context, generatePrivateKey));
