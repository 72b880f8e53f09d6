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

/**
 * Whether `text` is an https URL per RFC 3986, without credentials and without anything that browsers would have to
 * repair.
 */
export function isHttpsUrl(text: string): boolean {
  if (!/^https:\/\/[^\s/\\][^\s\\]*$/i.test(text) || !URL.canParse(text)) {
    return false;
  }
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
