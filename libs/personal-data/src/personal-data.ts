import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { EntityManager } from '@mikro-orm/postgresql';

/** Knows something that a service has about users, for those who ask for all of it. */
export interface PersonalData {
  /**
   * Returns what there is about a user, as it's shown to them: without secrets, their hashes, and what is about others.
   * A list comes item by item.
   */
  collect(em: EntityManager, userId: string): Promise<object | null> | AsyncIterable<object>;
}

/** Which part of the document it is. */
export interface Holding {
  /** The name of the service. */
  readonly service: string;
  /** The name of a member. */
  readonly section: string;
}

export const Holds = DiscoveryService.createDecorator<Holding>();

/** Marks a `PersonalData`, so that it's in the exports of accounts. */
export function HoldsPersonalData(
  { name }: { readonly name: string },
  section: string,
): (target: Type<PersonalData>) => void {
  return applyDecorators(Injectable(), Holds({ service: name, section }));
}
