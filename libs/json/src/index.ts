export {
  checkMembers,
  isJsonObject,
  type JsonObject,
  MAX_ERRORS,
  type MemberCheck,
  memberPointer,
  storabilityOf,
  unknownMember,
} from './members.js';
export { invalidMembersOf, jsonIn, parseJson } from './parse-json.js';
export { mergePatch } from './merge-patch.js';
