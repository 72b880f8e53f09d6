export { HoldsPersonalData, type PersonalData } from './personal-data.js';
export { PersonalDataModule } from './personal-data.module.js';
export { PersonalDataSections } from './personal-data-sections.js';
