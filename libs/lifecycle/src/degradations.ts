import { Injectable } from '@nestjs/common';

/** @returns why something doesn't work right now; undefined if it does */
export type DegradationCheck = () => string | undefined;

/**
 * What readiness reports beyond its own checks, by name. A process stays ready: it does everything else, and another
 * replica would be no better off.
 */
@Injectable()
export class Degradations {
  private readonly checks = new Map<string, DegradationCheck[]>();

  add(name: string, check: DegradationCheck): void {
    this.checks.set(name, [...(this.checks.get(name) ?? []), check]);
  }

  /** The reasons of each name. Empty if all of it works. */
  current(): [string, string[]][] {
    return [...this.checks].map(([name, checks]) => [
      name,
      checks.map((check) => check()).filter((reason) => reason !== undefined),
    ]);
  }
}
