import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Holds, type PersonalData } from './personal-data.js';

interface Section {
  readonly name: string;
  readonly data: PersonalData;
}

/** What the features of this process know about users. */
@Injectable()
export class PersonalDataSections {
  constructor(private readonly discovery: DiscoveryService) {}

  /** In the order of their names. @throws Error if two have the same one */
  of(service: { readonly name: string }): Section[] {
    const sections = this.discovery
      .getProviders({ metadataKey: Holds.KEY })
      .filter(({ isAlias }) => !isAlias)
      .flatMap((wrapper) => {
        const holding = this.discovery.getMetadataByDecorator(Holds, wrapper);
        return holding?.service === service.name
          ? [{ name: holding.section, data: wrapper.instance as PersonalData }]
          : [];
      })
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const double = sections.find(({ name }, index) => sections[index + 1]?.name === name);
    if (double) {
      throw new Error(
        `Two classes are marked with @HoldsPersonalData(${service.name}, '${double.name}'): rename one.`,
      );
    }
    return sections;
  }
}
