export {
  isJsonObject,
  type JsonObject,
  MAX_ERRORS,
  memberPointer,
  storabilityOf,
  unknownMember,
} from './members.js';
export { invalidMembersOf, jsonIn, parseJson } from './parse-json.js';
export { mergePatch } from './merge-patch.js';
