import { type Bits, commonPrefix } from './network.js';

const NONE = -1;
const ROOT = 0;

/**
 * A binary radix tree with compressed paths (PATRICIA): the entry with the longest prefix of a bit string is found in as
 * many steps as there are branches on the way, about 17 among 100,000 entries. Nodes are rows of typed arrays, so that the
 * garbage collector has nothing to visit.
 */
export class PrefixTree<V> {
  private bits: Uint32Array;
  private lengths: Uint8Array;
  /** Two for each node. */
  private children: Int32Array;
  private readonly values: (V | undefined)[] = [undefined];
  private readonly free: number[] = [];
  private entries = 0;
  private capacity = 16;

  /** @param words how many words of 32 bits the strings have */
  constructor(private readonly words: number) {
    this.bits = new Uint32Array(this.capacity * words);
    this.lengths = new Uint8Array(this.capacity);
    this.children = new Int32Array(this.capacity * 2).fill(NONE);
  }

  get size(): number {
    return this.entries;
  }

  /** The entry with exactly this prefix. */
  get(bits: Bits, length: number): V | undefined {
    const node = this.path(bits, length).at(-1) ?? ROOT;
    return this.lengths[node] === length ? this.values[node] : undefined;
  }

  set(bits: Bits, length: number, value: V): void {
    const path = this.path(bits, length);
    const parent = path.at(-1) ?? ROOT;
    if (this.lengths[parent] === length) {
      this.store(parent, value);
      return;
    }
    const side = this.sideOf(bits, this.lengths[parent] ?? 0);
    const below = this.child(parent, side);
    const added = this.create(bits, length);
    this.store(added, value);
    if (below === NONE) {
      this.link(parent, side, added);
      return;
    }
    const other = this.bitsAt(below);
    const common = commonPrefix(bits, other, Math.min(length, this.lengths[below] ?? 0));
    if (common === length) {
      this.link(added, this.sideOf(other, length), below);
      this.link(parent, side, added);
    } else {
      const fork = this.create(bits, common);
      this.link(fork, this.sideOf(bits, common), added);
      this.link(fork, this.sideOf(other, common), below);
      this.link(parent, side, fork);
    }
  }

  delete(bits: Bits, length: number): void {
    const path = this.path(bits, length);
    const node = path.pop() ?? ROOT;
    if (this.lengths[node] !== length || this.values[node] === undefined) {
      return;
    }
    this.values[node] = undefined;
    this.entries -= 1;
    const parent = path.pop();
    if (parent !== undefined && this.bypass(node, parent)) {
      const grandparent = path.pop();
      // With one of its two children gone, a fork may have lost its purpose.
      if (grandparent !== undefined && this.values[parent] === undefined) {
        this.bypass(parent, grandparent);
      }
    }
  }

  /** The entry with the longest prefix of `bits`. */
  longest(bits: Bits): V | undefined {
    const { words, lengths, children, values } = this;
    let found = values[ROOT];
    let node = this.child(ROOT, this.sideOf(bits, 0));
    while (node !== NONE) {
      const length = lengths[node] as number;
      if (!this.hasPrefix(node, bits, length)) {
        return found;
      }
      found = values[node] ?? found;
      if (length === words * 32) {
        return found;
      }
      node = children[node * 2 + this.sideOf(bits, length)] as number;
    }
    return found;
  }

  /** The nodes from the root on that `bits` begin with, up to this length. */
  private path(bits: Bits, length: number): number[] {
    const path: number[] = [];
    let node = ROOT;
    while (node !== NONE) {
      const own = this.lengths[node] as number;
      if (own > length || !this.hasPrefix(node, bits, own)) {
        return path;
      }
      path.push(node);
      if (own === length) {
        return path;
      }
      node = this.child(node, this.sideOf(bits, own));
    }
    return path;
  }

  private hasPrefix(node: number, bits: Bits, length: number): boolean {
    const start = node * this.words;
    for (let word = 0, left = length; left > 0; word += 1, left -= 32) {
      const difference = ((this.bits[start + word] as number) ^ (bits[word] as number)) >>> 0;
      if (difference !== 0 && (left >= 32 || difference >>> (32 - left) !== 0)) {
        return false;
      }
    }
    return true;
  }

  /** Puts the only child of a node without a value, or nothing, in its place. @returns whether it had no two children */
  private bypass(node: number, parent: number): boolean {
    const [left, right] = [this.child(node, 0), this.child(node, 1)];
    if (left !== NONE && right !== NONE) {
      return false;
    }
    this.link(parent, this.child(parent, 0) === node ? 0 : 1, left === NONE ? right : left);
    this.free.push(node);
    return true;
  }

  private create(bits: Bits, length: number): number {
    const node = this.free.pop() ?? this.values.push(undefined) - 1;
    if (node >= this.capacity) {
      this.grow();
    }
    this.bits.set(bits, node * this.words);
    this.lengths[node] = length;
    this.children.fill(NONE, node * 2, node * 2 + 2);
    return node;
  }

  private grow(): void {
    this.capacity *= 2;
    const { bits, lengths, children, capacity, words } = this;
    this.bits = new Uint32Array(capacity * words);
    this.bits.set(bits);
    this.lengths = new Uint8Array(capacity);
    this.lengths.set(lengths);
    this.children = new Int32Array(capacity * 2);
    this.children.set(children);
  }

  private store(node: number, value: V): void {
    this.entries += this.values[node] === undefined ? 1 : 0;
    this.values[node] = value;
  }

  private bitsAt(node: number): Bits {
    return this.bits.slice(node * this.words, (node + 1) * this.words);
  }

  private child(node: number, side: number): number {
    return this.children[node * 2 + side] as number;
  }

  private link(node: number, side: number, child: number): void {
    this.children[node * 2 + side] = child;
  }

  /** The bit at this position: in which of its children a node continues. */
  private sideOf(bits: Bits, position: number): number {
    return ((bits[position >>> 5] as number) >>> (31 - (position & 31))) & 1;
  }
}
