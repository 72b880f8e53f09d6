import { Caller } from './caller.js';
import { type Hit, sliceMsOf, type Verdict } from './hit.js';
import type { Lease, Taken, Unused } from './shared-windows.js';

/** Shorter leases wouldn't save a round trip. */
const MIN_LEASE_MS = 50;
const MAX_LEASE = 1024;

/**
 * The part of the limits that a replica enforces by itself. It answers what is certain without asking Redis, and everything
 * while Redis is down. It counts whatever this replica has allowed, so a caller never gets more than the limit from one
 * replica, even if Redis has lost its counts.
 */
export class ReplicaLimits {
  private readonly callers = new Map<string, Caller>();
  /** Those with leases, in the order in which these began. */
  private readonly lessees = new Map<string, Caller>();
  private unused: Unused[] = [];

  constructor(private readonly maxCallers: number) {}

  /** @returns undefined if only Redis knows */
  answer(hit: Hit, now: number): Verdict | undefined {
    const caller = this.callers.get(hit.key);
    if (!caller) {
      return undefined;
    }
    if (caller.leased > 0 && now < caller.leasedUntil) {
      caller.came(now);
      caller.leased -= 1;
      return {
        allowed: true,
        remaining: caller.shared + caller.leased,
        resetMs: Math.max(0, caller.resetAt - now),
      };
    }
    this.endLease(hit.key, caller);
    if (now >= caller.refusedUntil && hit.blockMs === undefined && caller.window.count(now) >= hit.limit) {
      refuse(caller, now, caller.window.resetMs(now));
    }
    if (now >= caller.refusedUntil) {
      return undefined;
    }
    this.touch(hit.key, caller);
    return refusal(caller.resetAt - now);
  }

  /** What to lease along with a request. */
  leaseFor(hit: Hit, now: number): Lease {
    const leaseMs = sliceMsOf(hit);
    if (!isLeasable(hit)) {
      return { extra: 0, leaseMs };
    }
    const caller = this.find(hit);
    caller.came(now);
    return { extra: Math.min(MAX_LEASE, caller.expected()), leaseMs };
  }

  /**
   * Remembers what Redis has decided.
   * @param askedAt when it was asked, so that we don't use a lease for longer than Redis expects
   * @returns the verdict: a request is only allowed if it's also within what this replica may allow
   */
  record(hit: Hit, taken: Taken, askedAt: number, now: number): Verdict {
    const caller = this.find(hit);
    if (!taken.allowed) {
      // Other replicas may give back what they have leased.
      const until = isLeasable(hit) ? now + sliceMsOf(hit) : Number.POSITIVE_INFINITY;
      caller.resetAt = now + taken.resetMs;
      caller.refusedUntil = Math.min(caller.resetAt, until);
      return refusal(taken.resetMs);
    }
    const room = hit.limit - caller.window.count(now);
    const leased = Math.max(0, Math.min(taken.leased, room - 1));
    if (room <= 0 || leased < taken.leased) {
      this.unused.push({ key: hit.key, count: taken.leased - leased + (room <= 0 ? 1 : 0) });
    }
    if (room <= 0) {
      return refuse(caller, now, caller.window.resetMs(now));
    }
    caller.resetAt = now + taken.resetMs;
    caller.window.add(1 + leased, leased > 0 ? askedAt + sliceMsOf(hit) : askedAt);
    if (leased > 0) {
      this.beginLease(hit, caller, leased, askedAt);
      caller.shared = taken.remaining - taken.leased;
    }
    return taken;
  }

  /** Counts without Redis. */
  count(hit: Hit, now: number): Verdict {
    const caller = this.find(hit);
    const room = hit.limit - caller.window.count(now);
    if (room > 0) {
      caller.window.add(1, now);
      return { allowed: true, remaining: room - 1, resetMs: caller.window.resetMs(now) };
    }
    return refuse(caller, now, hit.blockMs ?? caller.window.resetMs(now));
  }

  /** @returns what is left of leases that have ended by `now`, once */
  takeUnused(now: number): Unused[] {
    for (const [key, caller] of this.lessees) {
      if (caller.leasedUntil > now) {
        break;
      }
      this.endLease(key, caller);
    }
    const { unused } = this;
    this.unused = [];
    return unused;
  }

  private beginLease(hit: Hit, caller: Caller, leased: number, askedAt: number): void {
    caller.leased += leased;
    caller.leasedUntil = askedAt + sliceMsOf(hit);
    this.lessees.delete(hit.key);
    this.lessees.set(hit.key, caller);
  }

  private endLease(key: string, caller: Caller): void {
    if (this.lessees.delete(key) && caller.leased > 0) {
      this.unused.push({ key, count: caller.leased });
      caller.window.remove(caller.leased);
      caller.leased = 0;
    }
  }

  private find(hit: Hit): Caller {
    const known = this.callers.get(hit.key);
    const caller = known?.windowMs === hit.windowMs ? known : new Caller(hit);
    this.touch(hit.key, caller);
    if (this.callers.size > this.maxCallers) {
      this.forgetOne();
    }
    return caller;
  }

  /** Moves the caller to the end, so that the first one is the least recently used. */
  private touch(key: string, caller: Caller): void {
    this.callers.delete(key);
    this.callers.set(key, caller);
  }

  private forgetOne(): void {
    for (const [key, caller] of this.callers) {
      this.endLease(key, caller);
      this.callers.delete(key);
      return;
    }
  }
}

/** Limits that are exact have no leases. */
function isLeasable(hit: Hit): boolean {
  return hit.blockMs === undefined && sliceMsOf(hit) >= MIN_LEASE_MS;
}

/** No request is allowed for that long. */
function refuse(caller: Caller, now: number, resetMs: number): Verdict {
  caller.resetAt = now + resetMs;
  caller.refusedUntil = caller.resetAt;
  return refusal(resetMs);
}

function refusal(resetMs: number): Verdict {
  return { allowed: false, remaining: 0, resetMs };
}
