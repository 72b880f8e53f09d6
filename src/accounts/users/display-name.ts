import { countGraphemes } from '#libs/text';

/** How many characters a name may have, as people count them. */
export const NAME_MAX_GRAPHEMES = 100;
/** Bounds what one of those can consist of. No emoji has more than ten code points. */
export const NAME_MAX_LENGTH = 10 * NAME_MAX_GRAPHEMES;

/** Characters that break the line, do something on a terminal, or reorder or annotate the text around them. */
const FORBIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/u;

/** Scripts in which a joiner decides how letters are connected, or keeps them apart (RFC 5892, appendices A.1 and A.2). */
const JOINING_SCRIPTS = [
  'Arabic Syriac Mandaic Nko Mongolian Phags_Pa Manichaean Adlam Hanifi_Rohingya',
  'Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam',
  'Sinhala Tibetan Myanmar Khmer Balinese Javanese Sundanese Grantha Chakma',
]
  .flatMap((scripts) => scripts.split(' '))
  .map((script) => String.raw`\p{Script_Extensions=${script}}`);

/** Invisible characters where they change what people see. */
const USEFUL = new RegExp(
  [
    // ZWNJ, ZWJ and the Mongolian vowel separator, as in Persian and in names that end with a Malayalam chillu.
    String.raw`(?<=[${JOINING_SCRIPTS.join('')}])[\u200c\u200d\u180e]`,
    // A family is several people, joined.
    String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})`,
    // The flags of England, Scotland and Wales.
    String.raw`(?<=\u{1f3f4})[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]+\u{e007f}`,
    // Variants of emoji and of ideographs, and marks that keep their order.
    String.raw`(?<=[\p{L}\p{M}\p{N}\p{P}\p{S}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u180b-\u180d\u180f\u034f]`,
    // Old Korean syllables without a leading consonant or a vowel.
    String.raw`\u115f(?=[\u1160-\u11a7])|(?<=[\u1100-\u115f])\u1160`,
    // Marks of direction, which don't reorder anything but the punctuation next to them.
    String.raw`[\u200e\u200f\u061c]`,
  ].join('|'),
  'gu',
);
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** A mark alone has nothing to sit on, and the braille pattern without dots is blank. */
const VISIBLE = /(?!\p{Default_Ignorable_Code_Point}|\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;

/** A name as we store it. */
export function trimName(text: string): string {
  return text.trim();
}

/**
 * Whether a trimmed name can be shown to other people: it can be seen, it hides nothing, and it stays within its line.
 */
export function isVisibleName(text: string): boolean {
  return VISIBLE.test(text) && !FORBIDDEN.test(text) && !INVISIBLE.test(text.replace(USEFUL, ''));
}

/** A name that someone else claims for a user, as we store it, or null if they couldn't have chosen it here. */
export function asDisplayName(text: string): string | null {
  const name = trimName(text);
  const isUsable =
    name.length <= NAME_MAX_LENGTH && isVisibleName(name) && countGraphemes(name) <= NAME_MAX_GRAPHEMES;
  return isUsable ? name : null;
}
