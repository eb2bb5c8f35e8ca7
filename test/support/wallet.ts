import { EventEmitter } from "node:events";
import {
  type Address,
  createClient,
  type EIP1193Provider,
  type Hex,
  hexToBigInt,
  http,
  isHex,
  numberToHex,
  type TypedDataDefinition,
} from "viem";
import type { PrivateKeyAccount } from "viem/accounts";

/** What a wallet answers a site with, beside results. */
class ProviderRpcError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface WalletOptions {
  /** The person's accounts; the first is chosen. */
  accounts: PrivateKeyAccount[];
}

/** What of EIP-3085 is looked at. */
interface AddedChain {
  chainId: Hex;
  chainName: string;
  nativeCurrency: { symbol: string; decimals: number };
  rpcUrls: [string, ...string[]];
}

interface SentTransaction {
  from: Address;
  to: Address;
  data: Hex;
  value?: Hex;
  gas?: Hex;
}

type Call = { method: string; params: unknown[] };

/**
 * A wallet of one person, as a site sees MetaMask: it asks before it connects, signs, sends, switches or adds a chain; it
 * knows Ethereum alone at first, and tells the site of changes. Everything else goes to the endpoint of its chain.
 */
export function createWallet({ accounts }: WalletOptions) {
  const events = new EventEmitter();
  const endpoints = new Map<number, string | undefined>([[1, undefined]]);
  const requests: Call[] = [];
  let chainId = 1;
  let chosen = accounts[0]!;
  let connected = false;
  let consents: (method: string) => boolean = () => true;

  const visible = () => (connected ? [chosen.address.toLowerCase()] : []);

  function ask(method: string): void {
    if (!consents(method)) throw new ProviderRpcError(4001, "MetaMask: User rejected the request.");
  }

  function signer(address: unknown): PrivateKeyAccount {
    if (!connected || String(address).toLowerCase() !== chosen.address.toLowerCase()) {
      throw new ProviderRpcError(
        4100,
        "The requested account and/or method has not been authorized by the user.",
      );
    }
    return chosen;
  }

  function endpoint<T = Hex>(method: string, params: readonly unknown[] = [], id = chainId): Promise<T> {
    const url = endpoints.get(id);
    if (url === undefined) throw new ProviderRpcError(4901, `No endpoint of chain ${id} can be reached.`);
    return createClient({ transport: http(url, { retryCount: 0 }) }).request({ method, params } as never);
  }

  function goTo(id: number): null {
    if (id !== chainId) {
      chainId = id;
      events.emit("chainChanged", numberToHex(id));
    }
    return null;
  }

  const methods: { [method: string]: (params: unknown[]) => unknown } = {
    eth_chainId: () => numberToHex(chainId),
    net_version: () => String(chainId),
    eth_accounts: visible,
    eth_requestAccounts() {
      if (connected) return visible();
      ask("eth_requestAccounts");
      connected = true;
      events.emit("accountsChanged", visible());
      return visible();
    },
    wallet_switchEthereumChain(params) {
      const [{ chainId: id }] = params as [{ chainId: Hex }];
      if (!endpoints.has(Number(id))) {
        throw new ProviderRpcError(
          4902,
          `Unrecognized chain ID "${id}". Try adding the chain using wallet_addEthereumChain first.`,
        );
      }
      ask("wallet_switchEthereumChain");
      return goTo(Number(id));
    },
    async wallet_addEthereumChain(params) {
      const [{ chainId: id, chainName, nativeCurrency, rpcUrls }] = params as [AddedChain];
      const [url] = rpcUrls;
      const sound =
        isHex(id) &&
        chainName !== "" &&
        /^.{2,6}$/.test(nativeCurrency.symbol) &&
        nativeCurrency.decimals === 18 &&
        /^(https:|http:\/\/(localhost|127\.0\.0\.1))/.test(url);
      if (!sound) throw new ProviderRpcError(-32602, "Invalid parameters of wallet_addEthereumChain.");
      const answered = await createClient({ transport: http(url) }).request({ method: "eth_chainId" });
      if (Number(answered) !== Number(id)) {
        throw new ProviderRpcError(-32603, `Chain ID returned by RPC URL ${url} does not match ${id}`);
      }
      ask("wallet_addEthereumChain");
      endpoints.set(Number(id), url);
      return goTo(Number(id));
    },
    async eth_signTypedData_v4(params) {
      const [address, json] = params as [Address, string];
      const account = signer(address);
      const typed = JSON.parse(json) as TypedDataDefinition & { domain: { chainId?: number | string } };
      if (typed.domain.chainId !== undefined && Number(typed.domain.chainId) !== chainId) {
        const message = `Provided chainId "${typed.domain.chainId}" must match the active chainId "${chainId}"`;
        throw new ProviderRpcError(-32603, message);
      }
      ask("eth_signTypedData_v4");
      return account.signTypedData(typed);
    },
    async personal_sign(params) {
      const [message, address] = params as [Hex, Address];
      const account = signer(address);
      ask("personal_sign");
      return account.signMessage({ message: { raw: message } });
    },
    async eth_sendTransaction(params) {
      const [{ from, to, data, value = "0x0", gas }] = params as [SentTransaction];
      const account = signer(from);
      ask("eth_sendTransaction");
      const call = { from, to, data, value };
      const [nonce, limit, { baseFeePerGas }] = await Promise.all([
        endpoint("eth_getTransactionCount", [from, "pending"]),
        gas ?? endpoint("eth_estimateGas", [call]),
        endpoint<{ baseFeePerGas: Hex }>("eth_getBlockByNumber", ["latest", false]),
      ]);
      const raw = await account.signTransaction({
        ...{ type: "eip1559", chainId, to, data, value: hexToBigInt(value) },
        ...{ nonce: Number(nonce), gas: BigInt(limit), maxPriorityFeePerGas: 100_000n },
        maxFeePerGas: 2n * hexToBigInt(baseFeePerGas) + 100_000n,
      });
      return endpoint("eth_sendRawTransaction", [raw]);
    },
    eth_sign() {
      throw new ProviderRpcError(-32601, "The method eth_sign is not available: use personal_sign.");
    },
  };

  return {
    /** What a site is given: `window.ethereum`. */
    provider: {
      async request({ method, params = [] }: { method: string; params?: unknown[] }) {
        requests.push({ method, params });
        return methods[method] === undefined ? endpoint(method, params) : methods[method](params);
      },
      on: (event: string, listener: (value: never) => void) => events.on(event, listener as never),
      removeListener: (event: string, listener: (value: never) => void) =>
        events.removeListener(event, listener as never),
    } as unknown as EIP1193Provider,
    /** What the site asked for, in order. */
    requests,
    /** What the person at the wallet does. */
    person: {
      /** Says no to some methods, and yes to all others. */
      rejects: (...declined: string[]) => {
        consents = (method) => !declined.includes(method);
      },
      choosesAccount(index: number) {
        chosen = accounts[index]!;
        if (connected) events.emit("accountsChanged", visible());
      },
      choosesChain: (id: number) => void goTo(id),
      /** Takes the site's permission back. */
      disconnects() {
        connected = false;
        events.emit("accountsChanged", []);
      },
      losesNetwork: () => events.emit("disconnect", new ProviderRpcError(1013, "MetaMask: Disconnected.")),
    },
  };
}
