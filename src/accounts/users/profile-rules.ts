/** Whether `text` is a BCP 47 language tag, such as `de-AT`. */
export function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** Whether `text` is an IANA time zone, such as `Europe/Vienna`. */
export function isTimezone(text: string): boolean {
  // `DateTimeFormat` accepts offsets such as +01:00, but they have no daylight saving time.
  if (!/^[A-Za-z]/.test(text)) {
    return false;
  }
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
