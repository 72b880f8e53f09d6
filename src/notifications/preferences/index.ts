export { type Choices, digestOf, isWanted, turnedOff } from './choices.js';
export { type Digest, digestDueAt } from './local-time.js';
export { PreferenceCheck } from './preference-check.js';
export { PreferencesModule } from './preferences.module.js';
export { choicesOfAll, deletePreferencesOf } from './preferences.repository.js';
export { UnsubscribeLinks } from './unsubscribe-links.js';
