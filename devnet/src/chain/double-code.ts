import { maskedId } from "@holdfast/sdk";
import { type Address, getAddress, keccak256, stringToBytes } from "viem";

const precompile = (index: number): Address => getAddress(`0xfe${index.toString(16).padStart(38, "0")}`);

/** Where the doubles stand that are no actor: see contracts/mocks/fvm/NativeActor.sol. */
const ownAddress = (name: string): Address => getAddress(`0x${keccak256(stringToBytes(name)).slice(-40)}`);

export const ADDRESS_REGISTRY = ownAddress("holdfast.devnet.registry");
export const ACTOR_ROUTER = ownAddress("holdfast.devnet.router");

export const POWER_ACTOR = 4n;

/** Filecoin's singletons that the devnet knows to exist, and no more. */
const SINGLETONS = [0n, 1n, 2n, 3n, 5n, 6n, 7n, 10n];

/** Built-in actors, by id. */
export const NATIVE_ACTORS = [...SINGLETONS, POWER_ACTOR];

/** Which contract's code stands where on a chain that behaves as Filecoin's. */
export const DOUBLES: readonly (readonly [Address, string])[] = [
  [precompile(1), "ResolveAddressPrecompile"],
  [precompile(2), "LookupDelegatedAddressPrecompile"],
  [precompile(3), "CallActorByAddressPrecompile"],
  [precompile(5), "CallActorByIdPrecompile"],
  [precompile(6), "BeaconPrecompile"],
  [ADDRESS_REGISTRY, "AddressRegistry"],
  [ACTOR_ROUTER, "ActorRouter"],
  [maskedId(POWER_ACTOR), "PowerActor"],
  ...SINGLETONS.map((actor) => [maskedId(actor), "SingletonActor"] as const),
];
