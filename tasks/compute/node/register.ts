import {
  acceptArbiterCall,
  acceptArbiterSync,
  checkComputeControlCall,
  checkComputeControlSync,
  confirmComputeNodeCall,
  confirmComputeNodeSync,
  getComputeNode,
  isArbiterAccepted,
  registerComputeNodeCall,
  registerComputeNodeSync,
} from "@holdfast/sdk";
import type { Address } from "viem";
import type { WriteArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { TaskConfigError } from "../../run/exit-codes.ts";
import { fields } from "../../run/output.ts";
import { evmAddress, minerId } from "../../run/parse.ts";
import { carryOut, type Step, senderAddress } from "../../run/send.ts";

interface RegisterArguments extends WriteArguments {
  endpoint: string | undefined;
  operator: string | undefined;
  arbiters: string | undefined;
  confirm: string | undefined;
  control: string | undefined;
}

const CONTRACT = "ComputeRegistry";
const STATUS = "npx hardhat compute node status";

export default command<RegisterArguments>(async (args, context) => {
  const connection = await context.connect();
  const { client } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const { computeRegistry, arbiter: own } = await connection.compute();
  const registry = { address: computeRegistry };
  const run = { context, connection, sender, address };

  if (args.confirm !== undefined || args.control !== undefined) {
    if (args.endpoint !== undefined || args.operator !== undefined || args.arbiters !== undefined) {
      throw new TaskConfigError(
        "--confirm and --control are the operator's, the other options the compute node's.",
        "npx hardhat compute node register --confirm <compute node> --control <provider>",
      );
    }
    const steps: Step[] = [];
    const worker = args.confirm === undefined ? undefined : evmAddress("--confirm", args.confirm);
    if (worker !== undefined) {
      steps.push({
        ...{ title: `Stand behind compute node ${worker}`, contract: CONTRACT },
        call: confirmComputeNodeCall(client, { ...registry, worker }),
        send: (by, onHash) => confirmComputeNodeSync(by, { ...registry, worker, onHash }),
      });
    }
    if (args.control !== undefined) {
      const check = { ...registry, operator: address, provider: minerId(args.control) };
      steps.push({
        ...{ title: `Have f0${check.provider} asked whether the sender controls it`, contract: CONTRACT },
        call: checkComputeControlCall(client, check),
        send: (by, onHash) => checkComputeControlSync(by, { ...check, onHash }),
      });
    }
    return carryOut(args, run, {
      steps,
      ...{ costs: {}, figures: {}, resume: STATUS },
      outcome: () => ({
        json: { operator: address, confirmed: worker, control: args.control },
        text: fields({ operator: address, confirmed: worker, asked: args.control }),
      }),
    });
  }

  const before = await getComputeNode(client, { ...registry, worker: address });
  const known = BigInt(before.operator) !== 0n;
  const endpoint = endpointOf(args.endpoint ?? (known ? before.endpoint : undefined));
  const operator =
    args.operator === undefined
      ? known
        ? before.operator
        : address
      : evmAddress("--operator", args.operator);
  const arbiters = arbitersOf(args.arbiters, own);
  const steps: Step[] = [];
  if (!known || endpoint !== before.endpoint || operator !== before.operator) {
    const registration = { ...registry, operator, endpoint };
    steps.push({
      ...{ title: known ? "Change the registration" : "Register as a compute node", contract: CONTRACT },
      call: registerComputeNodeCall(client, registration),
      send: (by, onHash) => registerComputeNodeSync(by, { ...registration, onHash }),
    });
  }
  for (const arbiter of arbiters) {
    if (await isArbiterAccepted(client, { ...registry, worker: address, arbiter })) continue;
    const acceptance = { ...registry, arbiter };
    steps.push({
      ...{ title: `Accept the rulings of ${arbiter}`, contract: CONTRACT },
      call: acceptArbiterCall(client, acceptance),
      send: (by, onHash) => acceptArbiterSync(by, { ...acceptance, onHash }),
    });
  }
  if (steps.length === 0) {
    throw new TaskConfigError("It is registered like that already.", STATUS);
  }
  return carryOut(args, run, {
    steps,
    costs: {
      endpoint,
      operator: operator === address ? "the compute node itself" : `${operator}, who has to confirm`,
      stake: "none yet: jobs lock it, task by task",
    },
    ...{ figures: { endpoint, operator, arbiters }, resume: STATUS },
    outcome: () => ({
      json: { worker: address, endpoint, operator, arbiters },
      text: fields({
        ...{ "compute node": address, endpoint, operator, "accepts the rulings of": arbiters.join(", ") },
        next:
          operator === address
            ? "npx hardhat compute node stake <FIL>"
            : `npx hardhat compute node register --confirm ${address} --key <the operator's>`,
      }),
    }),
  });
});

/** @throws TaskConfigError */
function arbitersOf(given: string | undefined, own: Address | undefined): Address[] {
  if (given !== undefined) return given.split(",").map((one) => evmAddress("--arbiters", one));
  if (own !== undefined) return [own];
  throw new TaskConfigError(
    "Whose rulings does it accept? No arbiter is known here.",
    "npx hardhat compute node register --arbiters <address>,<address>",
  );
}

/** @throws TaskConfigError */
function endpointOf(given: string | undefined): string {
  if (given === undefined) {
    throw new TaskConfigError(
      "Where are its results found?",
      "npx hardhat compute node register --endpoint <url>",
    );
  }
  if (!URL.canParse(given) || !/^https?:/.test(given)) {
    throw new TaskConfigError(
      `--endpoint is ${JSON.stringify(given)}, not an http or https URL.`,
      "npx hardhat compute node register --endpoint <url>",
    );
  }
  return given.replace(/\/+$/, "");
}
