import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Why a request is not answered. */
interface HostRefusal {
  readonly status: 400 | 403;
  /** One line, for the reply. */
  readonly message: string;
}

/** Undefined for a request that means this server. */
export type HostCheck = (request: HostNaming) => HostRefusal | undefined;

/** The parts of a request that say which server it means. */
type HostNaming = Pick<IncomingMessage, 'socket'> & {
  readonly headersDistinct: { readonly host?: string[] | undefined };
};

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * A page in a browser can make its own name lead to this machine (DNS rebinding) and then read what this server says,
 * but it cannot have the browser send another Host than that name. So only these hosts pass, at any port: `localhost`
 * and the loopback addresses, what the server listens on, the address that the connection came to, `allowed` names,
 * and, for a server on all addresses, every address. Throws a TypeError when one of `allowed` is neither a name nor
 * an address.
 */
export function hostCheck(listensOn: string, allowed: readonly string[] = []): HostCheck {
  const own = new Set(['localhost']);
  const listening = hostName(listensOn);
  if (listening !== undefined) own.add(listening);
  for (const name of allowed) own.add(required(name));
  const everywhere = listening === '0.0.0.0' || listening === '::';
  const isOwn = (host: string, reachedAt: string | undefined): boolean => {
    if (own.has(host)) return true;
    const family = isIP(host);
    if (family === 0) return false;
    return (
      everywhere || LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4') || host === addressOf(reachedAt)
    );
  };
  return (request) => {
    const { host: hosts = [] } = request.headersDistinct;
    const [host] = hosts;
    if (host === undefined || host === '' || hosts.length > 1)
      return { status: 400, message: 'a request must have exactly one Host' };
    const name = hostName(host.replace(/:\d*$/, ''));
    if (name !== undefined && isOwn(name, request.socket.localAddress)) return undefined;
    return {
      status: 403,
      message: `the Host ${shown(host)} is not this server's; if it is, allow it with --allowed-host NAME (in code, allowedHosts)`,
    };
  };
}

/**
 * A name or an address as it compares: in lower case, without brackets and the full stop at the end, addresses in their
 * one short form. Undefined for what is neither, or has a port.
 */
function hostName(text: string): string | undefined {
  const bare = isIP(text) === 6 ? `[${text}]` : text;
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)$/i.test(bare) || !URL.canParse(`http://${bare}/`)) return undefined;
  return new URL(`http://${bare}/`).hostname.replaceAll(/^\[|\]$|\.$/g, '');
}

function required(name: string): string {
  const host = hostName(name);
  if (host === undefined)
    throw new TypeError(`${JSON.stringify(name)} is no host name: give it without scheme and port`);
  return host;
}

/** The address of a socket; one that listens on IPv6 and IPv4 shows the latter as `::ffff:127.0.0.1`. */
function addressOf(socketAddress: string | undefined): string | undefined {
  return socketAddress === undefined ? undefined : hostName(socketAddress.replace(/^::ffff:(?=\d+\.)/i, ''));
}

const LONGEST = 100;

function shown(host: string): string {
  return JSON.stringify(host.length > LONGEST ? `${host.slice(0, LONGEST)}…` : host);
}
