import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PersonalDataSections } from './personal-data-sections.js';

/** Finds what the features of this process know about users. */
@Module({
  imports: [DiscoveryModule],
  providers: [PersonalDataSections],
  exports: [PersonalDataSections],
})
export class PersonalDataModule {}
