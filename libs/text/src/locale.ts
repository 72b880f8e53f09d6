export const LOCALE_MAX_LENGTH = 35;

/** Whether `text` is a BCP 47 language tag, such as `de-AT`. */
export function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
