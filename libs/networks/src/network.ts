import { isIP, isIPv4 } from 'node:net';

/** A bit string of 32 or 128 bits, in words of 32. */
export type Bits = Uint32Array;

/** A block of IP addresses. A single address is one, too. */
export interface Network {
  readonly family: 4 | 6;
  /** The first address. */
  readonly bits: Bits;
  /** How many bits all its addresses have in common. */
  readonly prefix: number;
}

/** Why a text isn't a network, in words for whoever wrote it. */
export class BadNetwork extends Error {
  override readonly name = 'BadNetwork';
}

const MAPPED_PREFIX = 96;
const MAPPED_WORD = 0xffff;

/**
 * Parses an address or a CIDR block. IPv4-mapped IPv6 addresses are the IPv4 addresses (RFC 4291, section 2.5.5.2), since
 * that's what their clients have.
 * @throws BadNetwork also for spellings that programs disagree about, such as 010.0.0.1, and if bits after the prefix are set
 */
export function parseNetwork(text: string): Network {
  const [address = '', length, ...rest] = text.split('/');
  const given = bitsOf(address);
  if (!given || rest.length > 0) {
    throw new BadNetwork(
      "isn't an IP address or a CIDR block. Write IPv4 addresses as four decimal numbers without leading zeros",
    );
  }
  const width = given.length * 32;
  if (length !== undefined && (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > width)) {
    throw new BadNetwork(`must have a prefix length between /0 and /${width}`);
  }
  const network = unmapped(given, length === undefined ? width : Number(length));
  const start = networkOf(network.bits, network.prefix);
  if (start.bits.some((word, index) => word !== network.bits[index])) {
    throw new BadNetwork(
      `has bits set after its prefix. The block that contains this address is ${textOf(start)}`,
    );
  }
  return network;
}

/** Parses an address as sockets and proxies report it. @returns undefined for anything else */
export function parseAddress(text: string): Network | undefined {
  const given = bitsOf(text);
  return given && unmapped(given, given.length * 32);
}

/** The block with this prefix length that contains an address. */
export function networkOf(address: Bits, prefix: number): Network {
  const bits = address.map((word, index) => word & maskOf(prefix - index * 32));
  return { family: bits.length === 1 ? 4 : 6, bits, prefix };
}

/** Whether the block contains all of the other one. */
export function contains(block: Network, other: Network): boolean {
  return (
    block.family === other.family &&
    block.prefix <= other.prefix &&
    commonPrefix(block.bits, other.bits, block.prefix) === block.prefix
  );
}

/** The blocks that contain an address, from all addresses to the address alone. */
export function blocksAround({ bits, prefix }: Network): Network[] {
  return Array.from({ length: prefix + 1 }, (_, length) => networkOf(bits, length));
}

/** How many of the first bits are the same, up to `limit`. */
export function commonPrefix(one: Bits, other: Bits, limit: number): number {
  for (let word = 0; word * 32 < limit; word += 1) {
    const difference = (one[word] ?? 0) ^ (other[word] ?? 0);
    if (difference !== 0) {
      return Math.min(limit, word * 32 + Math.clz32(difference));
    }
  }
  return limit;
}

/** The one spelling of a network: a CIDR block, with IPv6 addresses as in RFC 5952. */
export function textOf({ family, bits, prefix }: Network): string {
  return `${family === 4 ? ipv4Text(bits[0] ?? 0) : ipv6Text(bits)}/${prefix}`;
}

function ipv4Text(word: number): string {
  return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.');
}

/** The longest run of two zeros or more is left out, the first one if there are several. */
function ipv6Text(bits: Bits): string {
  const groups = [...bits].flatMap((word) => [word >>> 16, word & 0xffff]);
  let [start, length] = [0, 1];
  for (let from = 0; from < groups.length; from += 1) {
    let to = from;
    while (groups[to] === 0) {
      to += 1;
    }
    if (to - from > length) {
      [start, length] = [from, to - from];
    }
  }
  const hex = groups.map((group) => group.toString(16));
  return length < 2
    ? hex.join(':')
    : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** @returns undefined if it isn't an IP address. One with a zone isn't: it only means something on this machine */
function bitsOf(text: string): Bits | undefined {
  if (isIPv4(text)) {
    return Uint32Array.of(ipv4Word(text));
  }
  return isIP(text) === 6 && !text.includes('%') ? ipv6Bits(text) : undefined;
}

function ipv4Word(text: string): number {
  let word = 0;
  let part = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      word = (word << 8) | part;
      part = 0;
    } else {
      part = part * 10 + code - 48;
    }
  }
  return ((word << 8) | part) >>> 0;
}

function ipv6Bits(text: string): Bits {
  const embedded = text.lastIndexOf(':') + 1;
  const word = text.includes('.') ? ipv4Word(text.slice(embedded)) : undefined;
  const plain =
    word === undefined
      ? text
      : `${text.slice(0, embedded)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const groups = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Uint32Array.from(
    { length: 4 },
    (_, index) => (((groups[index * 2] ?? 0) << 16) | (groups[index * 2 + 1] ?? 0)) >>> 0,
  );
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function unmapped(bits: Bits, prefix: number): Network {
  const isMapped = bits.length === 4 && bits[0] === 0 && bits[1] === 0 && bits[2] === MAPPED_WORD;
  return isMapped && prefix >= MAPPED_PREFIX
    ? { family: 4, bits: bits.slice(3), prefix: prefix - MAPPED_PREFIX }
    : { family: bits.length === 1 ? 4 : 6, bits, prefix };
}

/** The first bits of a word. */
function maskOf(length: number): number {
  return length <= 0 ? 0 : length >= 32 ? 0xffffffff : ~(0xffffffff >>> length) >>> 0;
}
